package expohist

import (
	"math"
	"unsafe"
)

// Histogram counts values in buckets of scale 6 or, after coarser input or under a Limit, of a lower scale.
type Histogram struct {
	lost     int8   // MaxScale - scale, so that the zero value has scale 6
	limit    uint32 // most pages; 0 is no limit
	zero     uint64
	count    uint64
	sum      float64
	min, max float64
	pos      buckets
	neg      *buckets // rare, so a pointer
}

// New makes an empty histogram that holds at most about limit buckets (in pages of eight, at least 64) and halves its resolution
// when it would need more. A limit of 0 leaves the range of float64 as the only bound: about 1.2 MB a sign.
func New(limit int) *Histogram {
	h := &Histogram{}
	h.Limit(limit)
	return h
}

// Limit sets how many buckets, about, the histogram may hold from now on; 0 is no limit.
func (h *Histogram) Limit(limit int) {
	h.limit = 0
	if limit > 0 {
		h.limit = uint32(max(min(limit, 2*MaxIndex)/pageSize, 8)) // at most 2^18
	}
	h.fit()
}

// Record counts v once. It refuses NaN and the infinities and says so.
func (h *Histogram) Record(v float64) bool { return h.RecordN(v, 1) }

// RecordN counts v n times.
func (h *Histogram) RecordN(v float64, n uint64) bool {
	if !(math.Abs(v) <= math.MaxFloat64) { // written so that NaN is refused
		return false
	}
	if n == 0 {
		return true
	}
	grew := false
	switch {
	case v > 0:
		grew = h.pos.add(Index(v)>>h.lost, n)
	case v < 0:
		grew = h.negative().add(Index(-v)>>h.lost, n)
	default:
		h.zero = saturate(h.zero, n)
	}
	if h.count == 0 {
		h.min, h.max = v, v
	} else {
		h.min, h.max = min(h.min, v), max(h.max, v)
	}
	h.count = saturate(h.count, n)
	h.sum = clampSum(h.sum + v*float64(n))
	if grew && h.limit > 0 {
		h.fit()
	}
	return true
}

// Merge adds the contents of other, which stays as it is. The result has the lower of the two scales.
func (h *Histogram) Merge(other *Histogram) {
	if other == nil || other.count == 0 {
		return
	}
	h.Downscale(other.Scale())
	shift := int(h.lost - other.lost)
	h.pos.merge(&other.pos, shift)
	if other.neg != nil {
		h.negative().merge(other.neg, shift)
	}
	h.zero = saturate(h.zero, other.zero)
	h.widen(other.min, other.max)
	h.count = saturate(h.count, other.count)
	h.sum = clampSum(h.sum + other.sum)
	h.fit()
}

// Clone is an independent copy.
func (h *Histogram) Clone() *Histogram {
	c := *h
	c.pos = h.pos.clone()
	if h.neg != nil {
		neg := h.neg.clone()
		c.neg = &neg
	}
	return &c
}

// Reset empties the histogram and takes it back to scale 6. Limit and memory stay.
func (h *Histogram) Reset() {
	h.pos.reset()
	if h.neg != nil {
		h.neg.reset()
	}
	h.lost, h.zero, h.count, h.sum, h.min, h.max = 0, 0, 0, 0, 0, 0
}

// Downscale lowers the resolution to the given scale; each step halves it. A scale that is not lower does nothing, one below
// -25 counts as -25 (which has two buckets a sign, as every scale below -10 has).
func (h *Histogram) Downscale(scale int) {
	shift := clampShift(MaxScale-scale) - int(h.lost)
	if shift <= 0 {
		return
	}
	h.pos.shrink(shift)
	if h.neg != nil {
		h.neg.shrink(shift)
	}
	h.lost += int8(shift) //nolint:gosec // at most 31
}

// Scale is the resolution: 2^Scale buckets to a factor of two.
func (h *Histogram) Scale() int { return MaxScale - int(h.lost) }

// Count is how many values there are.
func (h *Histogram) Count() uint64 { return h.count }

// Zero is how many of them are zero.
func (h *Histogram) Zero() uint64 { return h.zero }

// Sum adds up all values.
func (h *Histogram) Sum() float64 { return h.sum }

// Min is the smallest value, 0 if there is none.
func (h *Histogram) Min() float64 { return h.min }

// Max is the largest value, 0 if there is none.
func (h *Histogram) Max() float64 { return h.max }

// Mean is Sum / Count, 0 if there is no value.
func (h *Histogram) Mean() float64 {
	if h.count == 0 {
		return 0
	}
	return h.sum / float64(h.count)
}

// Quantile is the nearest-rank quantile: an estimate of the value with rank ceil(q*n) in ascending order, never outside [Min, Max].
// q at or below 0 gives Min, q at or above 1 gives Max; an empty histogram and a NaN give NaN.
func (h *Histogram) Quantile(q float64) float64 {
	switch {
	case h.count == 0 || math.IsNaN(q):
		return math.NaN()
	case q <= 0:
		return h.min
	case q >= 1:
		return h.max
	}
	return h.clamp(h.atRank(rank(q, h.count)))
}

func rank(q float64, n uint64) uint64 {
	r := math.Ceil(q * float64(n))
	switch {
	case r < 1:
		return 1
	case r >= float64(n): // before the conversion, which is undefined from 2^64 on
		return n
	}
	return uint64(r)
}

func (h *Histogram) atRank(rank uint64) float64 {
	seen := uint64(0)
	if h.neg != nil {
		for i, n := range h.neg.backward() {
			if seen = saturate(seen, n); seen >= rank {
				return -Middle(i, h.Scale())
			}
		}
	}
	if seen = saturate(seen, h.zero); seen >= rank {
		return 0
	}
	for i, n := range h.pos.all() {
		if seen = saturate(seen, n); seen >= rank {
			return Middle(i, h.Scale())
		}
	}
	return h.max
}

func (h *Histogram) clamp(v float64) float64 { return max(h.min, min(v, h.max)) }

func (h *Histogram) negative() *buckets {
	if h.neg == nil {
		h.neg = &buckets{}
	}
	return h.neg
}

func (h *Histogram) widen(low, high float64) {
	if h.count == 0 {
		h.min, h.max = low, high
		return
	}
	h.min, h.max = min(h.min, low), max(h.max, high)
}

// fit lowers the resolution until the pages are within the limit. Two pages a sign are always enough at the lowest scale.
func (h *Histogram) fit() {
	for h.limit > 0 && h.pagesHeld() > int(h.limit) {
		h.Downscale(h.Scale() - 1)
	}
}

// Bytes is what the histogram holds on the heap, its own struct included.
func (h *Histogram) Bytes() int {
	n := int(unsafe.Sizeof(*h)) + h.pos.bytes()
	if h.neg != nil {
		n += int(unsafe.Sizeof(*h.neg)) + h.neg.bytes()
	}
	return n
}

func (h *Histogram) pagesHeld() int {
	n := len(h.pos.keys)
	if h.neg != nil {
		n += len(h.neg.keys)
	}
	return n
}

func clampSum(v float64) float64 {
	return max(-math.MaxFloat64, min(v, math.MaxFloat64))
}
