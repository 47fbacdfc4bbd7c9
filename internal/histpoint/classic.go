package histpoint

import (
	"math"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// Classic is a histogram with explicit bounds, as OTLP and Prometheus have them: Counts[i] values in (Bounds[i-1], Bounds[i]], the last
// count above the last bound.
type Classic struct {
	Bounds []float64
	Counts []uint64
	Sum    float64 // NaN if unknown
	Min    float64 // NaN if unknown
	Max    float64 // NaN if unknown
}

// AddClassic counts a classic histogram into h. Where in its bucket a value lies is not known; the values are spread evenly over
// it, which is what Prometheus' histogram_quantile assumes, so the two agree. The first bucket starts at 0 (or at its bound, if
// that is not above 0); values above the last bound count as that bound. Min and Max, where known, narrow the ends. A histogram
// that is malformed (bounds that do not ascend, counts that do not fit) is not counted and AddClassic says false.
func AddClassic(h *expohist.Histogram, c Classic) bool {
	if !c.Valid() {
		return false
	}
	var spread expohist.Histogram
	for i, n := range c.Counts {
		if n > 0 {
			low, high := c.edges(i)
			evenly(&spread, low, high, n)
		}
	}
	low, high := orElse(c.Min, spread.Min()), orElse(c.Max, spread.Max())
	sum := c.Sum
	if math.IsNaN(sum) {
		sum = spread.Sum()
	}
	spread.AddTotals(sum, low, high)
	h.Merge(&spread)
	return true
}

// Valid says whether bounds ascend and counts fit to them.
func (c Classic) Valid() bool {
	if len(c.Counts) != len(c.Bounds)+1 {
		return false
	}
	for i, b := range c.Bounds {
		if math.IsNaN(b) || math.IsInf(b, 0) || i > 0 && b <= c.Bounds[i-1] {
			return false
		}
	}
	return true
}

// edges is where the values of bucket i can lie.
func (c Classic) edges(i int) (low, high float64) {
	if len(c.Bounds) == 0 { // a histogram of one bucket says nothing but sum and count
		return c.narrow(math.Inf(-1), math.Inf(1))
	}
	last := c.Bounds[len(c.Bounds)-1]
	switch i {
	case 0:
		return c.narrow(min(0, c.Bounds[0]), c.Bounds[0])
	case len(c.Bounds):
		if c.Max > last { // false for NaN
			return c.narrow(last, c.Max)
		}
		return last, last
	}
	return c.narrow(c.Bounds[i-1], c.Bounds[i])
}

// narrow keeps an edge between min and max, as far as they are known.
func (c Classic) narrow(low, high float64) (float64, float64) {
	if c.Min > low && c.Min <= high {
		low = c.Min
	}
	if c.Max < high && c.Max >= low {
		high = c.Max
	}
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		total := uint64(0)
		for _, n := range c.Counts {
			total += n
		}
		mean := c.Sum / float64(max(total, 1))
		if math.IsNaN(mean) || math.IsInf(mean, 0) {
			mean = 0
		}
		return mean, mean
	}
	return low, high
}

// evenly counts n values at equal distances in (low, high], the k-th at low + (high-low)*(k-1/2)/n, a bucket of h at a time.
func evenly(h *expohist.Histogram, low, high float64, n uint64) {
	width := high - low
	if width <= 0 || math.IsInf(width, 0) {
		h.RecordN(high, n)
		return
	}
	for done := uint64(0); done < n; {
		next := low + width*((float64(done)+0.5)/float64(n))
		edge := bucketEnd(next)
		upTo := n
		if edge < high {
			upTo = min(n, max(done+1, uint64(math.Max(0, float64(n)*((edge-low)/width)+0.5))))
		}
		h.RecordN(next, upTo-done)
		done = upTo
	}
}

// bucketEnd is the upper edge of the bucket that v is counted in.
func bucketEnd(v float64) float64 {
	switch {
	case v > 0:
		return expohist.UpperBound(expohist.Index(v), expohist.MaxScale)
	case v < 0:
		return -expohist.LowerBound(expohist.Index(-v), expohist.MaxScale)
	}
	return 0
}

func orElse(v, other float64) float64 {
	if math.IsNaN(v) {
		return other
	}
	return v
}
