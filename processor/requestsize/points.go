package requestsize

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// sizedPoints are the data points of a metric, as far as their size goes.
type sizedPoints struct {
	sizes iter.Seq[int]
	keep  func(fits func(size int) bool) int // takes the others out and says how many are left
}

func sizedPointsOf(m pmetric.Metric) sizedPoints {
	var size pmetric.ProtoMarshaler
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return sized(m.Gauge().DataPoints(), size.NumberDataPointSize)
	case pmetric.MetricTypeSum:
		return sized(m.Sum().DataPoints(), size.NumberDataPointSize)
	case pmetric.MetricTypeHistogram:
		return sized(m.Histogram().DataPoints(), size.HistogramDataPointSize)
	case pmetric.MetricTypeExponentialHistogram:
		return sized(m.ExponentialHistogram().DataPoints(), size.ExponentialHistogramDataPointSize)
	case pmetric.MetricTypeSummary:
		return sized(m.Summary().DataPoints(), size.SummaryDataPointSize)
	}
	return sizedPoints{func(func(int) bool) {}, func(func(int) bool) int { return 0 }}
}

// slice is one of any type of point.
type slice[P any] interface {
	Len() int
	All() iter.Seq2[int, P]
	RemoveIf(func(P) bool)
}

func sized[P any](list slice[P], size func(P) int) sizedPoints {
	return sizedPoints{
		sizes: func(yield func(int) bool) {
			for _, p := range list.All() {
				if !yield(size(p)) {
					return
				}
			}
		},
		keep: func(fits func(int) bool) int {
			list.RemoveIf(func(p P) bool { return !fits(size(p)) })
			return list.Len()
		},
	}
}
