package perfstats

import (
	"iter"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

// reading is a point of any kind.
type reading struct {
	attrs            pcommon.Map
	start, timestamp pcommon.Timestamp
	kind             uint8
	delta            bool
	total            total
	moment
}

// decode gives the points of a metric, and counted or why one cannot be read. kinds are those that anything reads.
func decode(m pmetric.Metric, kinds uint8) iter.Seq2[reading, outcome] {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		sum := m.Sum()
		whole := additive(sum)
		if !sum.IsMonotonic() {
			whole = wrongKind
		}
		return each(kinds, sum.DataPoints().All(), func(dp pmetric.NumberDataPoint) (reading, outcome) {
			v, result := number(dp)
			return reading{dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), counters, isDelta(sum), total{value: v}, moment{}}, worse(result, whole)
		})
	case pmetric.MetricTypeGauge:
		return each(kinds, m.Gauge().DataPoints().All(), func(dp pmetric.NumberDataPoint) (reading, outcome) {
			v, result := number(dp)
			return reading{dp.Attributes(), 0, dp.Timestamp(), gauges, false, total{value: v}, moment{}}, result
		})
	case pmetric.MetricTypeHistogram:
		h := m.Histogram()
		return each(kinds, h.DataPoints().All(), func(dp pmetric.HistogramDataPoint) (reading, outcome) {
			c, result := readClassic(dp), recorded(dp)
			if result == counted && !c.usable() {
				result = malformed
			}
			return reading{dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), histograms, isDelta(h), total{classic: c}, moment{}}, worse(result, additive(h))
		})
	case pmetric.MetricTypeExponentialHistogram:
		h := m.ExponentialHistogram()
		return each(kinds, h.DataPoints().All(), func(dp pmetric.ExponentialHistogramDataPoint) (reading, outcome) {
			hist := expohist.New(bucketLimit)
			histpoint.Read(hist, dp)
			return reading{dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), histograms, isDelta(h), total{hist: hist}, moment{}}, worse(recorded(dp), additive(h))
		})
	case pmetric.MetricTypeSummary:
		return each(kinds, m.Summary().DataPoints().All(), func(pmetric.SummaryDataPoint) (reading, outcome) { return reading{}, wrongKind })
	}
	return func(func(reading, outcome) bool) {}
}

func each[P any](kinds uint8, points iter.Seq2[int, P], read func(P) (reading, outcome)) iter.Seq2[reading, outcome] {
	return func(yield func(reading, outcome) bool) {
		for _, dp := range points {
			r, result := read(dp)
			if result == counted && r.kind&kinds == 0 {
				result = wrongKind
			}
			if !yield(r, result) {
				return
			}
		}
	}
}

// worse is the first of two results by which a point cannot be read.
func worse(a, b outcome) outcome {
	if a != counted {
		return a
	}
	return b
}

// aggregate is a metric that adds up.
type aggregate interface {
	AggregationTemporality() pmetric.AggregationTemporality
}

func isDelta(m aggregate) bool {
	return m.AggregationTemporality() == pmetric.AggregationTemporalityDelta
}

func additive(m aggregate) outcome {
	if m.AggregationTemporality() == pmetric.AggregationTemporalityUnspecified {
		return wrongKind
	}
	return counted
}

func recorded(dp interface{ Flags() pmetric.DataPointFlags }) outcome {
	if dp.Flags().NoRecordedValue() {
		return noValue
	}
	return counted
}

// number is a value that can be counted: not negative, and not out of range.
func number(dp pmetric.NumberDataPoint) (v float64, result outcome) {
	switch dp.ValueType() {
	case pmetric.NumberDataPointValueTypeInt:
		v = float64(dp.IntValue())
	case pmetric.NumberDataPointValueTypeDouble:
		v = dp.DoubleValue()
	default:
		return 0, noValue
	}
	if !(v >= 0) || math.IsInf(v, 0) { // so written for NaN
		return 0, noValue
	}
	return v, recorded(dp)
}
