package tokenfile

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	otelmetric "go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/extension/tokenfile/internal/metadata"
)

// refusals counts requests that are refused. Over HTTP nobody else does: the Collector asks who sends before it lets a middleware see the request.
type refusals struct {
	telemetry           *metadata.TelemetryBuilder
	noToken, wrongToken otelmetric.MeasurementOption
}

func newRefusals(set component.TelemetrySettings) (*refusals, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	reason := func(name string) otelmetric.MeasurementOption {
		return otelmetric.WithAttributeSet(attribute.NewSet(attribute.String("reason", name)))
	}
	return &refusals{telemetry: telemetry, noToken: reason("no_token"), wrongToken: reason("wrong_token")}, nil
}

// begin lets both counters begin at 0.
func (r *refusals) begin(ctx context.Context) {
	r.telemetry.TokenfileRefused.Add(ctx, 0, r.noToken)
	r.telemetry.TokenfileRefused.Add(ctx, 0, r.wrongToken)
}

func (r *refusals) add(ctx context.Context, why otelmetric.MeasurementOption) {
	r.telemetry.TokenfileRefused.Add(ctx, 1, why)
}
