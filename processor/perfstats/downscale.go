package perfstats

import (
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

// downscale makes every exponential histogram as coarse as scale.
func downscale(md pmetric.Metrics, scale int) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Type() != pmetric.MetricTypeExponentialHistogram {
					continue
				}
				for _, dp := range m.ExponentialHistogram().DataPoints().All() {
					histpoint.Downscale(dp, scale)
				}
			}
		}
	}
}
