package perfstats

import (
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

// classic is a histogram with explicit bounds. Differences are taken bucket by bucket before the values are spread over a bucket, so
// that they are exact.
type classic struct{ histpoint.Classic }

// classicLimit is the most buckets that a histogram with explicit bounds may have.
const classicLimit = 256

// usable says whether bounds and counts fit and are few enough to be remembered.
func (c *classic) usable() bool { return len(c.Counts) <= classicLimit && c.Valid() }

func (c *classic) bytes() int { return 8*(len(c.Bounds)+len(c.Counts)) + 72 }

func readClassic(dp pmetric.HistogramDataPoint) *classic {
	c := &classic{histpoint.Classic{
		Bounds: dp.ExplicitBounds().AsRaw(), Counts: dp.BucketCounts().AsRaw(), Sum: math.NaN(), Min: math.NaN(), Max: math.NaN(),
	}}
	if len(c.Counts) == 0 && len(c.Bounds) == 0 { // allowed: a point of count and sum alone
		c.Counts = []uint64{dp.Count()}
	}
	if dp.HasSum() {
		c.Sum = dp.Sum()
	}
	if dp.HasMin() {
		c.Min = dp.Min()
	}
	if dp.HasMax() {
		c.Max = dp.Max()
	}
	return c
}

// since leaves min and max out unless they moved: they speak of all time, not of what came since.
func (c *classic) since(before *classic) (*classic, bool) {
	if !slices.Equal(c.Bounds, before.Bounds) || len(c.Counts) != len(before.Counts) {
		return nil, false
	}
	rest := &classic{histpoint.Classic{
		Bounds: c.Bounds, Counts: slices.Clone(c.Counts), Sum: c.Sum - before.Sum, Min: math.NaN(), Max: math.NaN(),
	}}
	for i, n := range before.Counts {
		if rest.Counts[i] < n {
			return nil, false
		}
		rest.Counts[i] -= n
	}
	if c.Min < before.Min {
		rest.Min = c.Min
	}
	if c.Max > before.Max {
		rest.Max = c.Max
	}
	return rest, true
}

func (c *classic) histogram() *expohist.Histogram {
	h := expohist.New(bucketLimit)
	histpoint.AddClassic(h, c.Classic)
	return h
}
