package alertnotify

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/exporter/alertnotify/internal/metadata"
)

// telemetry counts what happens, by destination.
type telemetry struct{ *metadata.TelemetryBuilder }

func newTelemetry(set component.TelemetrySettings) (*telemetry, error) {
	b, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	return &telemetry{b}, nil
}

// begin lets every counter begin at 0, so that increase() sees the first.
func (t *telemetry) begin(ctx context.Context, k *keeper, peers, webhooks []string) error {
	t.AlertnotifyAccepted.Add(ctx, 0)
	t.AlertnotifyIgnored.Add(ctx, 0)
	t.AlertnotifyRepeated.Add(ctx, 0)
	t.AlertnotifyStoreFailures.Add(ctx, 0)
	for _, d := range append(peers, webhooks...) {
		t.AlertnotifyDelivered.Add(ctx, 0, to(d))
		t.AlertnotifyAttemptsFailed.Add(ctx, 0, to(d))
	}
	for _, d := range webhooks {
		for _, reason := range []string{reasonRejected, reasonExpired, reasonFull, reasonTemplate} {
			t.AlertnotifyDropped.Add(ctx, 0, to(d), because(reason))
		}
	}
	if len(peers) > 0 {
		t.AlertnotifyDropped.Add(ctx, 0, to(destinationAlertmanager), because(reasonFull))
	}
	if err := t.RegisterAlertnotifyOpenCallback(func(_ context.Context, o metric.Int64Observer) error {
		open, _ := k.counts()
		o.Observe(int64(open))
		return nil
	}); err != nil {
		return err
	}
	return t.RegisterAlertnotifyWaitingCallback(func(_ context.Context, o metric.Int64Observer) error {
		_, waiting := k.counts()
		o.Observe(int64(waiting))
		return nil
	})
}

func (t *telemetry) delivered(ctx context.Context, destination string, n int) {
	t.AlertnotifyDelivered.Add(ctx, int64(n), to(destination))
}

func (t *telemetry) failed(ctx context.Context, destination string) {
	t.AlertnotifyAttemptsFailed.Add(ctx, 1, to(destination))
}

func (t *telemetry) dropped(ctx context.Context, destination, reason string) {
	t.AlertnotifyDropped.Add(ctx, 1, to(destination), because(reason))
}

func to(destination string) metric.AddOption {
	return metric.WithAttributes(attribute.String("destination", destination))
}

func because(reason string) metric.AddOption {
	return metric.WithAttributes(attribute.String("reason", reason))
}
