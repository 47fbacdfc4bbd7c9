// Package points visits the points of a metric, whatever its type.
package points

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// Point is what points of all types say.
type Point struct {
	Attributes pcommon.Map // of the point itself: what is put into it is in the metric
	Start, At  pcommon.Timestamp
	Ended      bool    // it has no value: its series ended
	Value      float64 // of a sum or gauge; of a distribution the sum of what was observed
	Count      uint64  // of what was observed; 0 in a sum or gauge
}

// All are the points of a metric in their order.
func All(m pmetric.Metric) iter.Seq[Point] {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return numbers(m.Sum().DataPoints())
	case pmetric.MetricTypeGauge:
		return numbers(m.Gauge().DataPoints())
	case pmetric.MetricTypeHistogram:
		return distributions(m.Histogram().DataPoints().All())
	case pmetric.MetricTypeExponentialHistogram:
		return distributions(m.ExponentialHistogram().DataPoints().All())
	case pmetric.MetricTypeSummary:
		return distributions(m.Summary().DataPoints().All())
	}
	return func(func(Point) bool) {}
}

// Len is how many points a metric has.
func Len(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().Len()
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	}
	return 0
}

// Temporality is that of a metric; unspecified of those that have none.
func Temporality(m pmetric.Metric) pmetric.AggregationTemporality {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return m.Sum().AggregationTemporality()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().AggregationTemporality()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().AggregationTemporality()
	}
	return pmetric.AggregationTemporalityUnspecified
}

// Number is the value of a point of either kind.
func Number(p pmetric.NumberDataPoint) float64 {
	if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
		return float64(p.IntValue())
	}
	return p.DoubleValue()
}

func numbers(list pmetric.NumberDataPointSlice) iter.Seq[Point] {
	return func(yield func(Point) bool) {
		for _, p := range list.All() {
			if !yield(Point{p.Attributes(), p.StartTimestamp(), p.Timestamp(), p.Flags().NoRecordedValue(), Number(p), 0}) {
				return
			}
		}
	}
}

// distribution is a point that says how many observations it is made of.
type distribution interface {
	Attributes() pcommon.Map
	StartTimestamp() pcommon.Timestamp
	Timestamp() pcommon.Timestamp
	Flags() pmetric.DataPointFlags
	Sum() float64
	Count() uint64
}

func distributions[P distribution](list iter.Seq2[int, P]) iter.Seq[Point] {
	return func(yield func(Point) bool) {
		for _, p := range list {
			if !yield(Point{p.Attributes(), p.StartTimestamp(), p.Timestamp(), p.Flags().NoRecordedValue(), p.Sum(), p.Count()}) {
				return
			}
		}
	}
}
