package series

import (
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

const (
	// What Prometheus takes for zero where a point does not say it.
	defaultZeroThreshold = 1e-128

	minScale, maxScale = -4, 8 // of Prometheus

	// Beyond it no bucket has two ends that are different numbers, and a difference of scales may be no number.
	saneScale = 64
)

// native is an exponential histogram.
type native struct {
	count, zeros       uint64
	sum                float64
	hasSum             bool
	threshold          float64 // up to which a value is zero
	scale              int32
	positive, negative buckets
}

// buckets are counts of neighbours. The one with index i ends at 2^((i+1)·2^-scale).
type buckets struct {
	offset int32
	counts []uint64
}

// valid says whether Prometheus can have it: its scale, and that the buckets add up to the count, or with NaN among the values not to more.
func (h *native) valid() bool {
	sum := h.zeros + h.positive.total() + h.negative.total()
	return h.scale >= minScale && (sum == h.count || math.IsNaN(h.sum) && sum < h.count)
}

func (b buckets) total() (n uint64) {
	for _, c := range b.counts {
		n += c
	}
	return n
}

// first is the index of the first bucket.
func (b buckets) first() int64 { return int64(b.offset) }

// end is the index behind the last bucket.
func (b buckets) end() int64 { return int64(b.offset) + int64(len(b.counts)) }

type nativePoint struct {
	pmetric.ExponentialHistogramDataPoint
	delta bool
}

// size is that of the sum, for a delta that follows: two short lists of buckets far from each other make a long one.
func (p nativePoint) size(old *point) int {
	positive, negative := p.Positive().BucketCounts().Len(), p.Negative().BucketCounts().Len()
	if h := old.native; h != nil && p.delta && p.StartTimestamp() == old.time {
		positive = h.positive.joined(p.Positive(), h.scale-p.Scale())
		negative = h.negative.joined(p.Negative(), h.scale-p.Scale())
	}
	return 8*(positive+negative) + exemplarSize*p.Exemplars().Len()
}

// joined is the most buckets that b and others can have together, where the scale of b is higher by finer.
func (b buckets) joined(others pmetric.ExponentialHistogramDataPointBuckets, finer int32) int {
	o := buckets{others.Offset(), nil}
	first, end := o.first(), o.first()+int64(others.BucketCounts().Len())
	if len(b.counts) == 0 || first == end {
		return max(len(b.counts), int(end-first))
	}
	mine, mineEnd := b.first()>>max(finer, 0), (b.end()-1)>>max(finer, 0)+1
	first, end = first>>max(-finer, 0), (end-1)>>max(-finer, 0)+1
	return int(max(end, mineEnd) - min(first, mine))
}

func (p nativePoint) into(old *point, known bool) string {
	follows := p.delta && known && p.StartTimestamp() == old.time
	switch {
	case p.Scale() < -saneScale || p.Scale() > saneScale:
		return Invalid
	case follows:
	case p.delta && known && !p.StartTimestamp().AsTime().After(old.time.AsTime()),
		!p.delta && before(p.Timestamp(), known, old):
		return OutOfOrder
	}
	if follows {
		old.addNative(nativeOf(p.ExponentialHistogramDataPoint, nil), p.ExponentialHistogramDataPoint)
		return ""
	}
	old.time, old.start, old.exemplars = p.Timestamp(), p.StartTimestamp(), old.exemplars[:0]
	old.native = nativeOf(p.ExponentialHistogramDataPoint, old.native)
	for _, e := range p.Exemplars().All() {
		old.exemplars = append(old.exemplars, exemplarOf(e))
	}
	return ""
}

// nativeOf reads a point, into h when there is one.
func nativeOf(dp pmetric.ExponentialHistogramDataPoint, h *native) *native {
	if h == nil {
		h = &native{}
	}
	h.count, h.zeros, h.scale, h.threshold = dp.Count(), dp.ZeroCount(), dp.Scale(), dp.ZeroThreshold()
	h.hasSum, h.sum = dp.HasSum(), dp.Sum()
	h.positive.read(dp.Positive())
	h.negative.read(dp.Negative())
	return h
}

func (b *buckets) read(dp pmetric.ExponentialHistogramDataPointBuckets) {
	b.offset, b.counts = dp.Offset(), b.counts[:0]
	for _, c := range dp.BucketCounts().All() {
		b.counts = append(b.counts, c)
	}
}

// addNative adds a delta that follows: at the lower scale, and with the wider zero of the two.
func (p *point) addNative(now *native, dp pmetric.ExponentialHistogramDataPoint) {
	if dp.Timestamp().AsTime().Before(p.time.AsTime()) {
		p.start = dp.StartTimestamp()
	} else {
		p.time = dp.Timestamp()
	}
	p.exemplars = p.exemplars[:0]
	sum := p.native
	scale, threshold := min(sum.scale, now.scale), max(sum.threshold, now.threshold)
	for _, h := range []*native{sum, now} {
		h.positive.coarser(h.scale - scale)
		h.negative.coarser(h.scale - scale)
		if h.scale = scale; threshold > h.threshold {
			h.zeros += h.positive.cut(threshold, scale) + h.negative.cut(threshold, scale)
		}
	}
	sum.threshold = threshold
	sum.count += now.count
	sum.zeros += now.zeros
	sum.hasSum = sum.hasSum && now.hasSum
	if sum.sum += now.sum; !sum.hasSum {
		sum.sum = 0
	}
	sum.positive.add(now.positive)
	sum.negative.add(now.negative)
}

// coarser merges neighbours until the scale is lower by n.
func (b *buckets) coarser(n int32) {
	if n <= 0 || len(b.counts) == 0 {
		return
	}
	first := b.first() >> n
	merged := make([]uint64, (b.end()-1)>>n-first+1)
	for i, c := range b.counts {
		merged[(b.first()+int64(i))>>n-first] += c
	}
	b.offset, b.counts = int32(first), merged //nolint:gosec // nearer to 0 than before
}

// cut removes the buckets that lie within the threshold and says how much was in them.
func (b *buckets) cut(threshold float64, scale int32) (cut uint64) {
	width := math.Ldexp(1, -int(scale))
	n := 0
	for n < len(b.counts) && math.Exp2(float64(b.first()+int64(n)+1)*width) <= threshold {
		cut += b.counts[n]
		n++
	}
	b.offset, b.counts = b.offset+int32(n), b.counts[n:] //nolint:gosec // the index of a bucket
	return cut
}

// add adds the counts of others, which have the same scale.
func (b *buckets) add(others buckets) {
	switch {
	case len(others.counts) == 0:
		return
	case len(b.counts) == 0:
		b.offset, b.counts = others.offset, others.counts
		return
	}
	first, end := min(b.first(), others.first()), max(b.end(), others.end())
	if first < b.first() {
		b.counts = slices.Insert(b.counts, 0, make([]uint64, b.first()-first)...)
		b.offset = int32(first) //nolint:gosec // that of others
	}
	if missing := end - first - int64(len(b.counts)); missing > 0 {
		b.counts = append(b.counts, make([]uint64, missing)...)
	}
	for i, c := range others.counts {
		b.counts[others.first()-first+int64(i)] += c
	}
}

// spans brings buckets to a scale that Prometheus has, with its index: the first bucket's, and all counts.
func (h *native) spans(b buckets) (first int64, counts []uint64) {
	if h.scale > maxScale && len(b.counts) > 0 {
		b.counts = slices.Clone(b.counts)
		b.coarser(h.scale - maxScale)
	}
	return b.first() + 1, b.counts
}
