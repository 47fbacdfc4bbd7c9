package clientmetrics

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// pointCount is how many points a metric has.
func pointCount(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	default:
		return 0
	}
}

// eachPoint visits the points that Prometheus gets as they are. Deltas are none: what adds them up takes any number of writers.
func eachPoint(m pmetric.Metric, visit func(pcommon.Map, point)) {
	const cumulative = pmetric.AggregationTemporalityCumulative
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		eachNumber(m.Gauge().DataPoints(), false, visit)
	case pmetric.MetricTypeSum:
		if m.Sum().AggregationTemporality() == cumulative {
			eachNumber(m.Sum().DataPoints(), m.Sum().IsMonotonic(), visit)
		}
	case pmetric.MetricTypeHistogram:
		if m.Histogram().AggregationTemporality() == cumulative {
			eachCount(m.Histogram().DataPoints().All(), visit)
		}
	case pmetric.MetricTypeExponentialHistogram:
		if m.ExponentialHistogram().AggregationTemporality() == cumulative {
			eachCount(m.ExponentialHistogram().DataPoints().All(), visit)
		}
	case pmetric.MetricTypeSummary:
		eachCount(m.Summary().DataPoints().All(), visit)
	default:
	}
}

func eachNumber(points pmetric.NumberDataPointSlice, counts bool, visit func(pcommon.Map, point)) {
	for _, p := range points.All() {
		if p.Flags().NoRecordedValue() {
			continue
		}
		total := p.DoubleValue()
		if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
			total = float64(p.IntValue())
		}
		visit(p.Attributes(), point{start: p.StartTimestamp(), at: p.Timestamp(), total: total, counts: counts})
	}
}

// counted is a point that says how many observations it is made of.
type counted interface {
	Attributes() pcommon.Map
	StartTimestamp() pcommon.Timestamp
	Timestamp() pcommon.Timestamp
	Count() uint64
	Flags() pmetric.DataPointFlags
}

func eachCount[P counted](points func(func(int, P) bool), visit func(pcommon.Map, point)) {
	for _, p := range points {
		if !p.Flags().NoRecordedValue() {
			visit(p.Attributes(), point{start: p.StartTimestamp(), at: p.Timestamp(), total: float64(p.Count()), counts: true})
		}
	}
}
