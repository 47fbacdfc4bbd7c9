package requestsize

import (
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

var metrics = signal[pmetric.Metrics]{
	item:    "data_point",
	size:    (&pmetric.ProtoMarshaler{}).MetricsSize,
	count:   pmetric.Metrics.DataPointCount,
	hollow:  hollowPoints,
	inspect: inspectPoints,
	without: withoutPoints,
}

func inspectPoints(md pmetric.Metrics, r *ruler) {
	for _, rm := range md.ResourceMetrics().All() {
		resource := aroundMetricResource(rm)
		for _, sm := range rm.ScopeMetrics().All() {
			around := resource + aroundMetricScope(sm)
			for _, m := range sm.Metrics().All() {
				around := around + aroundPoints(m)
				for size := range sizedPointsOf(m).sizes {
					r.takes(size, around)
				}
			}
		}
	}
}

func hollowPoints(md pmetric.Metrics) bool {
	for _, rm := range md.ResourceMetrics().All() {
		if rm.ScopeMetrics().Len() == 0 {
			return true
		}
		for _, sm := range rm.ScopeMetrics().All() {
			if sm.Metrics().Len() == 0 {
				return true
			}
			for _, m := range sm.Metrics().All() {
				if points.Len(m) == 0 {
					return true
				}
			}
		}
	}
	return false
}

func withoutPoints(md pmetric.Metrics, r *ruler) pmetric.Metrics {
	out := pmetric.NewMetrics()
	md.CopyTo(out)
	out.ResourceMetrics().RemoveIf(func(rm pmetric.ResourceMetrics) bool {
		resource := aroundMetricResource(rm)
		rm.ScopeMetrics().RemoveIf(func(sm pmetric.ScopeMetrics) bool {
			around := resource + aroundMetricScope(sm)
			sm.Metrics().RemoveIf(func(m pmetric.Metric) bool {
				around := around + aroundPoints(m)
				return sizedPointsOf(m).keep(func(size int) bool { return r.takes(size, around) }) == 0
			})
			return sm.Metrics().Len() == 0
		})
		return rm.ScopeMetrics().Len() == 0
	})
	return out
}

// aroundMetricResource is what a request takes that has this resource and nothing in it.
func aroundMetricResource(rm pmetric.ResourceMetrics) int {
	var size pmetric.ProtoMarshaler
	bare := pmetric.NewResourceMetrics()
	rm.Resource().CopyTo(bare.Resource())
	bare.SetSchemaUrl(rm.SchemaUrl())
	return size.ResourceMetricsSize(bare) + levelBytes
}

// aroundMetricScope is the same of a scope.
func aroundMetricScope(sm pmetric.ScopeMetrics) int {
	var size pmetric.ProtoMarshaler
	bare := pmetric.NewScopeMetrics()
	sm.Scope().CopyTo(bare.Scope())
	bare.SetSchemaUrl(sm.SchemaUrl())
	return size.ScopeMetricsSize(bare) + levelBytes
}

// aroundPoints is what a metric takes that has no point: its text, two messages, and its type and temporality.
func aroundPoints(m pmetric.Metric) int {
	var size pmetric.ProtoMarshaler
	bare := pmetric.NewMetric()
	bare.SetName(m.Name())
	bare.SetDescription(m.Description())
	bare.SetUnit(m.Unit())
	m.Metadata().CopyTo(bare.Metadata())
	return size.MetricSize(bare) + 3*levelBytes
}
