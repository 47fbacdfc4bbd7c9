package histpoint

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

func sample(n int) *expohist.Histogram {
	r := rand.New(rand.NewPCG(7, 7))
	h := expohist.New(0)
	h.RecordN(0, 3)
	for range n {
		h.Record(2 * r.NormFloat64())
	}
	return h
}

func buckets(h *expohist.Histogram) map[int32]uint64 {
	m := map[int32]uint64{math.MinInt32: h.Zero()}
	for i, n := range h.Positive() {
		m[i] = n
	}
	for i, n := range h.Negative() {
		m[-expohist.MaxIndex+i] = n
	}
	return m
}

func TestRoundTripIsExact(t *testing.T) {
	for _, scale := range []int{6, 5, 3, 0, -4} {
		want := sample(1000)
		dp := pmetric.NewExponentialHistogramDataPoint()
		Write(dp, want, scale, math.MaxInt)
		want.Downscale(scale)
		var got expohist.Histogram
		Read(&got, dp)
		assert.EqualValues(t, scale, dp.Scale())
		assert.Equal(t, buckets(want), buckets(&got))
		assert.Equal(t, []any{want.Count(), want.Sum(), want.Min(), want.Max()}, []any{got.Count(), got.Sum(), got.Min(), got.Max()})
		assert.EqualValues(t, 1003, dp.Count())
	}
}

func TestDownscaleAgreesWithWrite(t *testing.T) {
	h := sample(1000)
	for scale := 7; scale >= -10; scale-- {
		inPlace, want := pmetric.NewExponentialHistogramDataPoint(), pmetric.NewExponentialHistogramDataPoint()
		Write(inPlace, h, 6, math.MaxInt)
		Downscale(inPlace, scale)
		Write(want, h, scale, math.MaxInt)
		assert.Equal(t, want, inPlace, "scale %d", scale)
	}
}

func TestFinerPointsAreCountedExactly(t *testing.T) {
	dp := pmetric.NewExponentialHistogramDataPoint()
	dp.SetScale(20)
	dp.Positive().SetOffset(-2)
	dp.Positive().BucketCounts().FromRaw([]uint64{1, 2, 4, 8})
	dp.SetCount(99) // contradicts the buckets
	h := expohist.New(0)
	Read(h, dp)
	assert.Equal(t, map[int32]uint64{math.MinInt32: 0, -1: 3, 0: 12}, buckets(h))
	assert.EqualValues(t, 15, h.Count())
}

func TestWriteKeepsTheBucketLimit(t *testing.T) {
	h := expohist.New(0)
	h.Record(1e-300)
	h.Record(1e300)
	dp := pmetric.NewExponentialHistogramDataPoint()
	Write(dp, h, 6, 160)
	assert.LessOrEqual(t, dp.Positive().BucketCounts().Len(), 160)
	assert.Equal(t, 6, h.Scale(), "the histogram itself stays")
	total := uint64(0)
	for _, n := range dp.Positive().BucketCounts().AsRaw() {
		total += n
	}
	assert.EqualValues(t, 2, total)

	Write(dp, expohist.New(0), 6, 160)
	assert.Zero(t, dp.Count())
	assert.False(t, dp.HasMin())
	assert.Zero(t, dp.Positive().BucketCounts().Len())
}

func TestHostileOffset(t *testing.T) {
	dp := pmetric.NewExponentialHistogramDataPoint()
	dp.SetScale(math.MinInt32)
	dp.Positive().SetOffset(math.MaxInt32)
	dp.Positive().BucketCounts().FromRaw([]uint64{1, 1, 1})
	dp.Negative().SetOffset(math.MinInt32)
	dp.Negative().BucketCounts().FromRaw([]uint64{1})
	h := expohist.New(0)
	Read(h, dp)
	assert.EqualValues(t, 4, h.Count())
	dp.SetScale(math.MaxInt32)
	Downscale(dp, -10)
	assert.Equal(t, []uint64{1, 2}, dp.Positive().BucketCounts().AsRaw(), "offset+1 crosses into the next bucket")
}

// prometheusQuantile is histogram_quantile over classic buckets.
func prometheusQuantile(q float64, bounds []float64, counts []uint64) float64 {
	total := uint64(0)
	for _, n := range counts {
		total += n
	}
	rank, seen := q*float64(total), 0.0
	for i, n := range counts {
		if seen+float64(n) < rank {
			seen += float64(n)
			continue
		}
		if i == len(bounds) {
			return bounds[i-1]
		}
		low := 0.0
		if i > 0 {
			low = bounds[i-1]
		}
		return low + (bounds[i]-low)*(rank-seen)/float64(n)
	}
	return math.NaN()
}

func TestClassicAgreesWithHistogramQuantile(t *testing.T) {
	bounds := []float64{0.1, 0.5, 1, 2.5, 5, 10, 30, 60}
	r := rand.New(rand.NewPCG(9, 9))
	counts := make([]uint64, len(bounds)+1)
	for range 10_000 {
		at, _ := slices.BinarySearch(bounds, 3*math.Exp(r.NormFloat64()))
		counts[at]++
	}
	h := expohist.New(0)
	require.True(t, AddClassic(h, Classic{Bounds: bounds, Counts: counts, Sum: 12345, Min: math.NaN(), Max: math.NaN()}))
	assert.EqualValues(t, 10_000, h.Count())
	assert.Equal(t, 12345.0, h.Sum())
	for _, q := range []float64{0.05, 0.25, 0.5, 0.9, 0.95, 0.99} {
		want := prometheusQuantile(q, bounds, counts)
		assert.InEpsilon(t, want, h.Quantile(q), 0.012, "q=%v", q)
	}
}

func TestClassicEnds(t *testing.T) {
	nan := math.NaN()
	for name, tc := range map[string]struct {
		in        Classic
		ok        bool
		low, high float64
		count     uint64
	}{
		"above the last bound":  {Classic{[]float64{1, 2}, []uint64{0, 0, 5}, nan, nan, nan}, true, 2, 2, 5},
		"max is known":          {Classic{[]float64{1, 2}, []uint64{1, 0, 1}, 9, 0.5, 8}, true, 0.5, 8, 2},
		"negative first bound":  {Classic{[]float64{-5, 5}, []uint64{2, 0, 0}, nan, nan, nan}, true, -5, -5, 2},
		"no bounds, only a sum": {Classic{nil, []uint64{4}, 10, nan, nan}, true, 2.5, 2.5, 4},
		"nothing in it":         {Classic{[]float64{1}, []uint64{0, 0}, 0, nan, nan}, true, 0, 0, 0},
		"too few counts":        {Classic{[]float64{1, 2}, []uint64{1, 1}, 1, nan, nan}, false, 0, 0, 0},
		"bounds descend":        {Classic{[]float64{2, 1}, []uint64{1, 1, 1}, 1, nan, nan}, false, 0, 0, 0},
		"NaN among the bounds":  {Classic{[]float64{nan}, []uint64{1, 1}, 1, nan, nan}, false, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := expohist.New(0)
			assert.Equal(t, tc.ok, AddClassic(h, tc.in))
			assert.Equal(t, tc.count, h.Count())
			assert.Equal(t, []float64{tc.low, tc.high}, []float64{h.Min(), h.Max()})
		})
	}
}
