package genaimetrics

import (
	"sort"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

// maxBuckets bounds what one exponential point takes on the wire. At scale 6 it spans 2^64, a nanosecond to 500 years.
const maxBuckets = 4096

// heldBuckets bounds what one series holds, about 18 kB. Values that need more of scale 6, because they are spread over more than a
// factor of 2^32, get coarser buckets.
const heldBuckets = 2048

// distribution is what a histogram series observed: exponential, or classic where bounds are set.
type distribution struct {
	expo expohist.Histogram

	bounds   []float64
	counts   []uint64
	count    uint64
	sum      float64
	min, max float64
}

func newDistribution(bounds []float64) *distribution {
	d := &distribution{bounds: bounds}
	if bounds == nil {
		d.expo.Limit(heldBuckets)
	} else {
		d.counts = make([]uint64, len(bounds)+1)
	}
	return d
}

// record counts v n times. v is finite.
func (d *distribution) record(v float64, n uint64) {
	if d.bounds == nil {
		d.expo.RecordN(v, n)
		return
	}
	d.counts[sort.SearchFloat64s(d.bounds, v)] += n
	if d.count == 0 {
		d.min, d.max = v, v
	} else {
		d.min, d.max = min(d.min, v), max(d.max, v)
	}
	d.count += n
	d.sum += v * float64(n)
}

func (d *distribution) exportExponential(p pmetric.ExponentialHistogramDataPoint) {
	histpoint.Write(p, &d.expo, expohist.MaxScale, maxBuckets)
}

func (d *distribution) exportClassic(p pmetric.HistogramDataPoint) {
	p.ExplicitBounds().FromRaw(d.bounds)
	p.BucketCounts().FromRaw(d.counts)
	p.SetCount(d.count)
	p.SetSum(d.sum)
	if d.count > 0 {
		p.SetMin(d.min)
		p.SetMax(d.max)
	}
}

// bounds are those of a family's histograms; nil is exponential.
func (e *engine) bounds(fam *family) []float64 {
	if fam.alwaysClassic || e.cfg.Histograms == histogramsClassic {
		return fam.bounds
	}
	return nil
}

// record adds one operation's value to a histogram, with its exemplar. The caller holds the lock.
func (e *engine) record(r *route, s slot, v float64, o *observation) {
	sr := e.at(r, s)
	if sr.dist == nil {
		sr.dist = newDistribution(e.bounds(&families[slots[s].family]))
	}
	sr.dist.record(v, uint64(o.weight)) //nolint:gosec // a weight is at least 1
	if e.cfg.Exemplars && families[slots[s].family].exemplars {
		sr.exemplar.offer(v, &o.origin)
	}
}
