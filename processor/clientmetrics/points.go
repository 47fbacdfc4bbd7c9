package clientmetrics

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// eachPoint visits the points that Prometheus gets as they are. Deltas are none: what adds them up takes any number of writers.
func eachPoint(m pmetric.Metric, visit func(pcommon.Map, point)) {
	number := m.Type() == pmetric.MetricTypeGauge || m.Type() == pmetric.MetricTypeSum
	additive := m.Type() != pmetric.MetricTypeGauge && m.Type() != pmetric.MetricTypeSummary
	if additive && points.Temporality(m) != pmetric.AggregationTemporalityCumulative {
		return
	}
	counts := !number || additive && m.Sum().IsMonotonic()
	for p := range points.All(m) {
		total := p.Value
		if !number {
			total = float64(p.Count)
		}
		if !p.Ended {
			visit(p.Attributes, point{start: p.Start, at: p.At, total: total, counts: counts})
		}
	}
}
