package series

import (
	"math"
	"slices"
	"sort"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// classic is a histogram with bounds of its own, which rise.
type classic struct {
	count  uint64
	sum    float64
	bounds []float64
	counts []uint64 // in each bucket, not up to it; what is above the last bound is not among them
}

type classicPoint struct {
	pmetric.HistogramDataPoint
	delta bool
}

func (p classicPoint) size(*point) int {
	bounds := p.ExplicitBounds().Len()
	return 16*bounds + exemplarSize*min(p.Exemplars().Len(), bounds+1)
}

func (p classicPoint) into(old *point, known bool) string {
	now, ok := classicOf(p.HistogramDataPoint)
	switch {
	case !ok:
		return Invalid
	case p.delta && known:
		if p.StartTimestamp() == old.time {
			old.addClassic(now, p.HistogramDataPoint)
			return ""
		}
		if !p.StartTimestamp().AsTime().After(old.time.AsTime()) {
			return OutOfOrder
		}
	case before(p.Timestamp(), known, old):
		return OutOfOrder
	}
	old.time, old.start, old.classic = p.Timestamp(), p.StartTimestamp(), now
	old.exemplars = now.exemplars(old.exemplars[:0], p.Exemplars())
	return ""
}

// addClassic adds a delta that follows. When its bounds are others, the later of the two is all that remains.
func (p *point) addClassic(now *classic, dp pmetric.HistogramDataPoint) {
	later, earlier := now, p.classic
	if dp.Timestamp().AsTime().Before(p.time.AsTime()) {
		later, earlier = earlier, later
	} else {
		p.time = dp.Timestamp()
	}
	p.exemplars = p.exemplars[:0]
	sum := *later
	if slices.Equal(later.bounds, earlier.bounds) {
		sum.count += earlier.count
		sum.sum += earlier.sum
		sum.counts = slices.Clone(later.counts)
		for n := range sum.counts {
			sum.counts[n] += earlier.counts[n]
		}
	}
	p.classic = &sum
}

// classicOf brings the buckets in order. Of two with one bound the first counts.
func classicOf(dp pmetric.HistogramDataPoint) (*classic, bool) {
	c := &classic{count: dp.Count(), sum: dp.Sum(), bounds: dp.ExplicitBounds().AsRaw(), counts: dp.BucketCounts().AsRaw()}
	for len(c.counts) < len(c.bounds) {
		c.counts = append(c.counts, 0)
	}
	c.counts = c.counts[:len(c.bounds)]
	rising := true
	for n, bound := range c.bounds {
		if math.IsNaN(bound) {
			return nil, false
		}
		rising = rising && (n == 0 || c.bounds[n-1] < bound)
	}
	if !rising {
		sort.Stable(c)
		into := 0
		for n := range c.bounds {
			if n == 0 || c.bounds[n] != c.bounds[into-1] {
				c.bounds[into], c.counts[into] = c.bounds[n], c.counts[n]
				into++
			}
		}
		c.bounds, c.counts = c.bounds[:into], c.counts[:into]
	}
	return c, true
}

// Len, Less and Swap sort the buckets by their bounds.
func (c *classic) Len() int           { return len(c.bounds) }
func (c *classic) Less(i, j int) bool { return c.bounds[i] < c.bounds[j] }
func (c *classic) Swap(i, j int) {
	c.bounds[i], c.bounds[j] = c.bounds[j], c.bounds[i]
	c.counts[i], c.counts[j] = c.counts[j], c.counts[i]
}

// exemplars adds the last exemplar of each bucket to out, by bucket.
func (c *classic) exemplars(out []exemplar, all pmetric.ExemplarSlice) []exemplar {
	for n := all.Len() - 1; n >= 0; n-- {
		e := exemplarOf(all.At(n))
		e.at = sort.Search(len(c.bounds), func(i int) bool { return c.bounds[i] >= e.value })
		at, known := slices.BinarySearchFunc(out, e.at, func(e exemplar, at int) int { return e.at - at })
		if !known {
			out = slices.Insert(out, at, e)
		}
	}
	return out
}

// hasInf says whether the last bound is above all numbers.
func (c *classic) hasInf() bool { return len(c.bounds) > 0 && math.IsInf(c.bounds[len(c.bounds)-1], 1) }
