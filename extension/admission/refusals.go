package admission

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	otelmetric "go.opentelemetry.io/otel/metric"

	"github.com/otelcol-llm/otelcol-llm/extension/admission/internal/metadata"
)

// reason is why a request was ended before it was read whole.
type reason uint8

const (
	crowded reason = iota // as many wait as may
	late                  // it did not come in time
	reasons
)

func (r reason) String() string { return [reasons]string{"crowded", "late"}[r] }

// refusals counts them.
type refusals struct {
	telemetry *metadata.TelemetryBuilder
	by        [reasons]otelmetric.MeasurementOption
}

func newRefusals(set component.TelemetrySettings) (*refusals, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set)
	if err != nil {
		return nil, err
	}
	c := &refusals{telemetry: telemetry}
	for r := range reasons {
		c.by[r] = otelmetric.WithAttributeSet(attribute.NewSet(attribute.String("reason", r.String())))
	}
	return c, nil
}

// begin lets each counter begin at 0.
func (c *refusals) begin(ctx context.Context) {
	for r := range reasons {
		c.telemetry.AdmissionRefused.Add(ctx, 0, c.by[r])
	}
}

func (c *refusals) add(r reason) { c.telemetry.AdmissionRefused.Add(context.Background(), 1, c.by[r]) }
