package genaimetrics

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// begin shows every counter that can come, so that the first thing that it counts is an increase.
func (w *exporter) begin(ctx context.Context) {
	for i := range families {
		if w.engine.enabled[i] {
			of := metric.WithAttributes(attribute.String("metric", families[i].name))
			w.telemetry.GenaimetricsOverflowed.Add(ctx, 0, of)
			w.telemetry.GenaimetricsExpired.Add(ctx, 0, of)
		}
	}
	w.addHealth(ctx, &health{})
}

// addHealth records what the connector says about itself.
func (w *exporter) addHealth(ctx context.Context, h *health) {
	for i := range families {
		of := metric.WithAttributes(attribute.String("metric", families[i].name))
		if h.series[i] > 0 || h.expired[i] > 0 {
			w.telemetry.GenaimetricsSeries.Record(ctx, h.series[i], of)
		}
		if h.overflowed[i] > 0 {
			w.telemetry.GenaimetricsOverflowed.Add(ctx, h.overflowed[i], of)
		}
		if h.expired[i] > 0 {
			w.telemetry.GenaimetricsExpired.Add(ctx, h.expired[i], of)
		}
	}
	w.telemetry.GenaimetricsRedelivered.Add(ctx, h.redelivered)
	w.telemetry.GenaimetricsForgotten.Add(ctx, h.forgotten)
	w.telemetry.GenaimetricsSkewed.Add(ctx, h.skewed)
	w.telemetry.GenaimetricsTruncated.Add(ctx, h.truncated)
	w.telemetry.GenaimetricsRejected.Add(ctx, h.rejected)
}
