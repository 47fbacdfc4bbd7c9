// Package histpoint carries histograms between internal/expohist and OTLP metric points.
package histpoint

import (
	"iter"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// Read fills h, which is empty, from the point; h takes its scale. Counts are those of the buckets: a point's own count is not
// believed. A point without min or max gets them estimated from its buckets.
func Read(h *expohist.Histogram, dp pmetric.ExponentialHistogramDataPoint) {
	scale := int(dp.Scale())
	h.Downscale(scale)
	for i, n := range counts(dp.Positive()) {
		h.AddPositive(i, scale, n)
	}
	for i, n := range counts(dp.Negative()) {
		h.AddNegative(i, scale, n)
	}
	h.AddZero(dp.ZeroCount())
	sum, low, high := math.NaN(), math.NaN(), math.NaN()
	if dp.HasSum() {
		sum = dp.Sum()
	}
	if dp.HasMin() {
		low = dp.Min()
	}
	if dp.HasMax() {
		high = dp.Max()
	}
	h.AddTotals(sum, low, high)
}

func counts(b pmetric.ExponentialHistogramDataPointBuckets) iter.Seq2[int32, uint64] {
	return func(yield func(int32, uint64) bool) {
		c, offset := b.BucketCounts(), int64(b.Offset())
		for i := range c.Len() {
			if n := c.At(i); n > 0 && !yield(int32(min(offset+int64(i), math.MaxInt32)), n) { //nolint:gosec // clamped
				return
			}
		}
	}
}

// Write fills dp from h: scale, buckets, zero count, count, sum, min and max. Attributes, timestamps, flags and exemplars stay.
// The point has h's scale, or maxScale if that is lower, or a lower one still if a sign would need more than maxBuckets (at least
// 2) buckets. h stays as it is.
func Write(dp pmetric.ExponentialHistogramDataPoint, h *expohist.Histogram, maxScale, maxBuckets int) {
	maxBuckets = max(maxBuckets, 2)
	scale := min(h.Scale(), maxScale)
	for ; scale > -25; scale-- {
		shift := h.Scale() - scale
		if span(h.Positive(), shift) <= maxBuckets && span(h.Negative(), shift) <= maxBuckets {
			break
		}
	}
	shift := h.Scale() - scale
	dp.SetScale(int32(scale)) //nolint:gosec // -25 to 6
	fill(dp.Positive(), h.Positive(), shift)
	fill(dp.Negative(), h.Negative(), shift)
	dp.SetZeroCount(h.Zero())
	dp.SetCount(h.Count())
	dp.SetSum(h.Sum())
	dp.RemoveMin()
	dp.RemoveMax()
	if h.Count() > 0 {
		dp.SetMin(h.Min())
		dp.SetMax(h.Max())
	}
}

// span is how many buckets lie between the first and the last one that is not empty.
func span(buckets iter.Seq2[int32, uint64], shift int) int {
	first, last := math.MaxInt, math.MinInt
	for i := range buckets {
		first, last = min(first, int(i>>shift)), max(last, int(i>>shift))
	}
	if first > last {
		return 0
	}
	return last - first + 1
}

func fill(to pmetric.ExponentialHistogramDataPointBuckets, from iter.Seq2[int32, uint64], shift int) {
	n := span(from, shift)
	to.SetOffset(0)
	out := to.BucketCounts()
	out.FromRaw(nil)
	if n == 0 {
		return
	}
	out.EnsureCapacity(n)
	offset := int32(math.MaxInt32)
	for i, count := range from {
		i >>= shift
		offset = min(offset, i)
		for int(i-offset) >= out.Len() {
			out.Append(0)
		}
		out.SetAt(int(i-offset), out.At(int(i-offset))+count)
	}
	to.SetOffset(offset)
}

// Downscale lowers the resolution of a point to the given scale in place; a point that has it already, or a lower one, stays. Counts, sum,
// min and max do not change.
func Downscale(dp pmetric.ExponentialHistogramDataPoint, scale int) {
	shift := int(dp.Scale()) - scale
	if shift <= 0 {
		return
	}
	shift = min(shift, 31)
	dp.SetScale(int32(scale)) //nolint:gosec // a config value between -10 and 20
	downscale(dp.Positive(), shift)
	downscale(dp.Negative(), shift)
}

func downscale(b pmetric.ExponentialHistogramDataPointBuckets, shift int) {
	c := b.BucketCounts()
	if c.Len() == 0 {
		b.SetOffset(0)
		return
	}
	first := int64(b.Offset())
	offset := first >> shift
	merged := pcommon.NewUInt64Slice()
	merged.EnsureCapacity(int((first+int64(c.Len())-1)>>shift - offset + 1))
	for i := range c.Len() {
		at := int((first+int64(i))>>shift - offset)
		for merged.Len() <= at {
			merged.Append(0)
		}
		merged.SetAt(at, merged.At(at)+c.At(i))
	}
	merged.MoveTo(c)
	b.SetOffset(int32(offset)) //nolint:gosec // an int32 shifted right
}
