package dashboard

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/history"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/metadata"
)

// rejectedQueue is a reason beside those of the history.
const rejectedQueue = "queue_full"

// telemetry counts what happens.
type telemetry struct{ *metadata.TelemetryBuilder }

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	b, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	return &telemetry{b}, nil
}

// begin lets every counter begin at 0, so that increase() sees the first.
func (t *telemetry) begin(ctx context.Context, s *state) error {
	t.DashboardSamplesAppended.Add(ctx, 0)
	t.DashboardAlertsAccepted.Add(ctx, 0)
	t.DashboardScrapesFailed.Add(ctx, 0)
	for _, reason := range append(history.Rejections(), rejectedQueue) {
		t.rejected(reason, 0)
	}
	for _, limit := range history.Limits() {
		t.DashboardQueriesRefused.Add(ctx, 0, metric.WithAttributes(attribute.String("limit", limit)))
	}
	return errors.Join(
		t.RegisterDashboardSeriesCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(s.history.Series())) //nolint:gosec // it is bounded
			return nil
		}),
		t.RegisterDashboardEventClientsCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(s.pages.hub.Clients()))
			return nil
		}),
	)
}

func (t *telemetry) appended(n int) { t.DashboardSamplesAppended.Add(context.Background(), int64(n)) }

func (t *telemetry) rejected(reason string, n int) {
	t.DashboardSamplesRejected.Add(context.Background(), int64(n), metric.WithAttributes(attribute.String("reason", reason)))
}

func (t *telemetry) refused(limit string) {
	t.DashboardQueriesRefused.Add(context.Background(), 1, metric.WithAttributes(attribute.String("limit", limit)))
}
