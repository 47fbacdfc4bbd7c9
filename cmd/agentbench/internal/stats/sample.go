// Package stats keeps what was measured and answers percentiles of it.
package stats

import (
	"math"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// MaxRaw is how many values a sample keeps as they are.
const MaxRaw = 1_000_000

// Sample is a set of values. Up to MaxRaw of them its percentiles are nearest rank on the values; above, they come from an
// exponential histogram. Not safe for concurrent use.
type Sample struct {
	values []float64
	sorted bool
	sum    float64
	hist   *expohist.Histogram
	most   int // MaxRaw unless a test says otherwise
}

// Add counts a value.
func (s *Sample) Add(v float64) {
	if s.hist != nil {
		s.hist.Record(v)
		return
	}
	s.values = append(s.values, v)
	s.sum += v
	s.sorted = false
	if most := s.most; len(s.values) > MaxRaw || (most > 0 && len(s.values) > most) {
		s.hist = expohist.New(0)
		for _, v := range s.values {
			s.hist.Record(v)
		}
		s.values = nil
	}
}

// Count is how many values there are.
func (s *Sample) Count() int {
	if s.hist != nil {
		return int(s.hist.Count()) //nolint:gosec // one by one
	}
	return len(s.values)
}

// Sum adds up all values.
func (s *Sample) Sum() float64 {
	if s.hist != nil {
		return s.hist.Sum()
	}
	return s.sum
}

// Mean is NaN without values.
func (s *Sample) Mean() float64 {
	if s.Count() == 0 {
		return math.NaN()
	}
	return s.Sum() / float64(s.Count())
}

// Quantile is the value of rank ceil(q*n) in ascending order, the smallest for q = 0, NaN without values.
func (s *Sample) Quantile(q float64) float64 {
	if s.hist != nil {
		return s.hist.Quantile(q)
	}
	n := len(s.values)
	if n == 0 {
		return math.NaN()
	}
	if !s.sorted {
		slices.Sort(s.values)
		s.sorted = true
	}
	return s.values[Rank(q, n)-1]
}

// Rank is the nearest rank of a quantile among n values, 1 to n. A product that lies a rounding error above a whole number is that
// number: 0.07 * 100 is rank 7.
func Rank(q float64, n int) int {
	return min(max(int(math.Ceil(q*float64(n)*(1-1e-12))), 1), n)
}

// Error is how far a percentile may be from the nearest-rank value, relatively: 0 while the values are kept.
func (s *Sample) Error() float64 {
	if s.hist == nil {
		return 0
	}
	b := math.Exp2(math.Exp2(-float64(s.hist.Scale())))
	return (b - 1) / (b + 1)
}
