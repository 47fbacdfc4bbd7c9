package expohist

import (
	"iter"
	"math"
)

// The methods here move a histogram in and out of other forms (OTLP points, Prometheus native histograms, classic buckets) without
// this package knowing them. A reader calls Downscale with the source's scale, AddPositive, AddNegative and AddZero for
// every bucket, and AddTotals once; a writer walks Positive and Negative.

// AddPositive counts n values in bucket index of the given scale, above zero. Finer buckets than the histogram's are counted in the
// one that holds them; for coarser ones the caller has called Downscale, or the lower bound's bucket is used.
func (h *Histogram) AddPositive(index int32, scale int, n uint64) { h.addTo(&h.pos, index, scale, n) }

// AddNegative does the same for the mirrored buckets below zero.
func (h *Histogram) AddNegative(index int32, scale int, n uint64) {
	if n > 0 {
		h.addTo(h.negative(), index, scale, n)
	}
}

func (h *Histogram) addTo(b *buckets, index int32, scale int, n uint64) {
	if n == 0 {
		return
	}
	i := int64(index)
	if shift := scale - h.Scale(); shift >= 0 {
		i >>= clampShift(shift)
	} else {
		i <<= clampShift(-shift)
	}
	b.add(clampIndex(int32(max(math.MinInt32, min(i, math.MaxInt32)))), n) // clamped
	h.count = saturate(h.count, n)
}

// AddZero counts n zeros.
func (h *Histogram) AddZero(n uint64) {
	h.zero = saturate(h.zero, n)
	h.count = saturate(h.count, n)
}

// AddTotals completes what the Add methods counted into an empty histogram: sum, and smallest and largest value. A bound
// that the source does not know, or that cannot be right, is NaN and gets estimated from the buckets, and so does the sum.
func (h *Histogram) AddTotals(sum, low, high float64) {
	if h.count == 0 {
		return
	}
	if math.IsNaN(sum) {
		sum = h.estimatedSum()
	}
	h.sum = clampSum(sum)
	h.min, h.max = h.lowest(), h.highest()
	if !math.IsNaN(low) && !math.IsInf(low, 0) {
		h.min = low
	}
	if !math.IsNaN(high) && !math.IsInf(high, 0) {
		h.max = high
	}
	if h.min > h.max { // a source that contradicts itself
		h.min, h.max = h.lowest(), h.highest()
	}
	h.fit()
}

func (h *Histogram) estimatedSum() float64 {
	sum := 0.0
	for i, n := range h.Negative() {
		sum -= Middle(i, h.Scale()) * float64(n)
	}
	for i, n := range h.Positive() {
		sum += Middle(i, h.Scale()) * float64(n)
	}
	if math.IsNaN(sum) { // both ends beyond the range of a float64
		return 0
	}
	return sum
}

// Positive walks the buckets above zero that are not empty, ascending, as (bucket number at Scale, count).
func (h *Histogram) Positive() iter.Seq2[int32, uint64] { return h.pos.all() }

// Negative walks the mirrored buckets below zero that are not empty, by ascending bucket number: from near zero outwards.
func (h *Histogram) Negative() iter.Seq2[int32, uint64] {
	if h.neg == nil {
		return func(func(int32, uint64) bool) {}
	}
	return h.neg.all()
}

// Subtract takes out what earlier, a former state of the same histogram, held; the rest is what came since. If any bucket of earlier
// holds more than h does, h is no later state of it: then h stays as it is and Subtract says false. Min and Max become exact
// when the value they had moved since, else they are estimated from the buckets that are left.
func (h *Histogram) Subtract(earlier *Histogram) bool {
	if earlier.count == 0 {
		return true
	}
	if h.lost < earlier.lost {
		h.Downscale(earlier.Scale())
	}
	if shift := int(h.lost - earlier.lost); shift > 0 {
		earlier = earlier.Clone()
		earlier.Downscale(h.Scale())
	}
	if !h.holds(earlier) {
		return false
	}
	h.pos.subtract(&earlier.pos)
	if earlier.neg != nil {
		h.negative().subtract(earlier.neg)
	}
	h.zero -= earlier.zero
	h.count -= earlier.count
	h.sum = clampSum(h.sum - earlier.sum)
	h.narrow(earlier.min, earlier.max)
	return true
}

func (h *Histogram) holds(earlier *Histogram) bool {
	if h.zero < earlier.zero || h.count < earlier.count || !h.pos.holds(&earlier.pos) {
		return false
	}
	return earlier.neg == nil || h.negative().holds(earlier.neg)
}

// narrow finds min and max of what is left after a subtraction.
func (h *Histogram) narrow(earlierMin, earlierMax float64) {
	if h.count == 0 {
		h.sum, h.min, h.max = 0, 0, 0
		return
	}
	low, high := h.min, h.max
	if low >= earlierMin {
		low = h.clamp(h.lowest())
	}
	if high <= earlierMax {
		high = h.clamp(h.highest())
	}
	h.min, h.max = low, max(low, high)
}

func (h *Histogram) lowest() float64 { return h.atRank(1) }

func (h *Histogram) highest() float64 {
	for i := range h.pos.backward() {
		return Middle(i, h.Scale())
	}
	if h.zero > 0 {
		return 0
	}
	for i := range h.Negative() {
		return -Middle(i, h.Scale())
	}
	return 0
}

func (b *buckets) holds(earlier *buckets) bool {
	for i, n := range earlier.all() {
		if b.get(i) < n {
			return false
		}
	}
	return true
}

// subtract needs holds. Pages that become empty go.
func (b *buckets) subtract(earlier *buckets) {
	for p, key := range earlier.keys {
		at, found := b.find(key)
		if !found {
			continue // an empty page in earlier
		}
		for i, n := range earlier.pages[p] {
			b.pages[at][i] -= n
		}
	}
	kept := 0
	for p := range b.keys {
		if b.pages[p] != ([pageSize]uint64{}) {
			b.keys[kept], b.pages[kept] = b.keys[p], b.pages[p]
			kept++
		}
	}
	b.keys, b.pages = b.keys[:kept], b.pages[:kept]
}
