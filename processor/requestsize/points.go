package requestsize

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// points are the data points of a metric of any type.
type points[P any] interface {
	Len() int
	All() iter.Seq2[int, P]
	RemoveIf(func(P) bool)
}

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

// eachPoint measures the points of a metric.
func eachPoint(m pmetric.Metric, around int, r *ruler) {
	var size pmetric.ProtoMarshaler
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		measure(m.Gauge().DataPoints(), size.NumberDataPointSize, around, r)
	case pmetric.MetricTypeSum:
		measure(m.Sum().DataPoints(), size.NumberDataPointSize, around, r)
	case pmetric.MetricTypeHistogram:
		measure(m.Histogram().DataPoints(), size.HistogramDataPointSize, around, r)
	case pmetric.MetricTypeExponentialHistogram:
		measure(m.ExponentialHistogram().DataPoints(), size.ExponentialHistogramDataPointSize, around, r)
	case pmetric.MetricTypeSummary:
		measure(m.Summary().DataPoints(), size.SummaryDataPointSize, around, r)
	default:
	}
}

// keepPoints takes the points out that are too large and says how many are left.
func keepPoints(m pmetric.Metric, around int, r *ruler) int {
	var size pmetric.ProtoMarshaler
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return keep(m.Gauge().DataPoints(), size.NumberDataPointSize, around, r)
	case pmetric.MetricTypeSum:
		return keep(m.Sum().DataPoints(), size.NumberDataPointSize, around, r)
	case pmetric.MetricTypeHistogram:
		return keep(m.Histogram().DataPoints(), size.HistogramDataPointSize, around, r)
	case pmetric.MetricTypeExponentialHistogram:
		return keep(m.ExponentialHistogram().DataPoints(), size.ExponentialHistogramDataPointSize, around, r)
	case pmetric.MetricTypeSummary:
		return keep(m.Summary().DataPoints(), size.SummaryDataPointSize, around, r)
	default:
		return 0
	}
}

func measure[P any](list points[P], size func(P) int, around int, r *ruler) {
	for _, p := range list.All() {
		r.takes(size(p), around)
	}
}

func keep[P any](list points[P], size func(P) int, around int, r *ruler) int {
	list.RemoveIf(func(p P) bool { return !r.takes(size(p), around) })
	return list.Len()
}
