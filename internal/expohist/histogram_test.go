package expohist

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tolerance is the documented error of scale 6: (b-1)/(b+1) with b = 2^(1/64), and the last bits of float64.
const tolerance = 0.00542

func TestBoundsAreExact(t *testing.T) {
	for j := range octave {
		above := significandToThe64(bounds[j])
		below := significandToThe64(bounds[j] - 1)
		bound := new(big.Int).Lsh(big.NewInt(1), uint(fractionBits*octave+j))
		assert.Equal(t, 1, above.Cmp(bound), "bounds[%d] must lie above 2^(%d/64)", j, j)
		assert.LessOrEqual(t, below.Cmp(bound), 0, "the float64 before bounds[%d] must not", j)
	}
}

func significandToThe64(fraction uint64) *big.Int {
	m := new(big.Int).SetUint64(1<<fractionBits + fraction)
	return m.Exp(m, big.NewInt(octave), nil)
}

func TestIndexOfPowersOfTwo(t *testing.T) {
	for e := -1074; e <= 1023; e++ {
		v := math.Ldexp(1, e)
		require.Equal(t, int32(e*octave-1), Index(v), "2^%d closes its bucket", e)
		if up := math.Nextafter(v, math.Inf(1)); e >= -1022 {
			require.Equal(t, int32(e*octave), Index(up), "the float64 after 2^%d opens the next", e)
		}
	}
}

func TestUpperBoundIsTheLastValueOfItsBucket(t *testing.T) {
	for i := int32(-1022 * octave); i < 1024*octave; i++ {
		bound := UpperBound(i, MaxScale)
		require.Equal(t, i, Index(bound), "bucket %d", i)
		if bound < math.MaxFloat64 {
			require.Equal(t, i+1, Index(math.Nextafter(bound, math.Inf(1))), "after bucket %d", i)
		}
	}
	for scale := -10; scale < MaxScale; scale++ {
		for _, i := range []int32{-3, -2, -1, 0, 1, 2, 5} {
			want := math.Exp2(float64(i+1) * math.Exp2(float64(-scale)))
			switch got := UpperBound(i, scale); {
			case math.IsInf(want, 1): // the bucket that holds the largest float64, or one beyond
				assert.GreaterOrEqual(t, got, math.MaxFloat64, "bucket %d of scale %d", i, scale)
			case want == 0:
				assert.Zero(t, got, "bucket %d of scale %d", i, scale)
			default:
				assert.InEpsilon(t, want, got, 1e-13, "bucket %d of scale %d", i, scale)
			}
		}
	}
	assert.Equal(t, math.Inf(1), UpperBound(MaxIndex, MaxScale))
	assert.Zero(t, UpperBound(-MaxIndex, MaxScale))
	assert.Equal(t, 5e-324, UpperBound(-1074*octave-1, MaxScale))
	assert.Zero(t, LowerBound(-1074*octave-1, MaxScale))
}

func TestOddValuesHaveADefinedAnswer(t *testing.T) {
	var h Histogram
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		assert.False(t, h.Record(v), "%v is refused", v)
	}
	assert.Zero(t, h.Count())
	assert.True(t, math.IsNaN(h.Quantile(0.5)), "an empty histogram has no quantile")
	assert.True(t, h.RecordN(3, 0))
	assert.Zero(t, h.Count())

	values := []float64{-math.MaxFloat64, -2, -1e-300, -5e-324, math.Copysign(0, -1), 0, 5e-324, 1e-310, 2, math.MaxFloat64}
	for _, v := range values {
		assert.True(t, h.Record(v))
	}
	assert.EqualValues(t, 10, h.Count())
	assert.EqualValues(t, 2, h.Zero())
	assert.Equal(t, -math.MaxFloat64, h.Min())
	assert.Equal(t, math.MaxFloat64, h.Max())
	for rank, want := range values {
		got := h.Quantile((float64(rank) + 0.5) / 10)
		assert.LessOrEqual(t, math.Abs(got-want), tolerance*math.Abs(want), "rank %d: %v for %v", rank+1, got, want)
	}
	assert.True(t, math.IsNaN(h.Quantile(math.NaN())))
	assert.Equal(t, h.Min(), h.Quantile(-1))
	assert.Equal(t, h.Max(), h.Quantile(2))
}

func TestSumAndCountSaturate(t *testing.T) {
	var h Histogram
	h.RecordN(math.MaxFloat64, math.MaxUint64)
	h.RecordN(math.MaxFloat64, math.MaxUint64)
	assert.Equal(t, uint64(math.MaxUint64), h.Count())
	assert.Equal(t, math.MaxFloat64, h.Sum())
	assert.Equal(t, math.MaxFloat64, h.Quantile(0.5))
	other := h.Clone()
	other.Record(1)
	h.Merge(other)
	s := contents(&h)
	assert.EqualValues(t, 1, s.pos[0].n)
	assert.Equal(t, uint64(math.MaxUint64), s.pos[1].n, "merging saturates too")
}

func TestQuantilesAgainstSortingAndDDSketch(t *testing.T) {
	shapes := map[string]func(*rand.Rand) float64{
		"latency":     func(r *rand.Rand) float64 { return math.Exp(r.NormFloat64()) },
		"tokens":      func(r *rand.Rand) float64 { return float64(r.IntN(200_000)) },
		"mixed signs": func(r *rand.Rand) float64 { return r.NormFloat64() * 100 },
		"any float64": anyFloat,
		"one value":   func(*rand.Rand) float64 { return 0.1 },
	}
	for name, draw := range shapes {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 14))
			for _, n := range []int{1, 2, 3, 10, 999, 20_000} {
				checkQuantiles(t, r, n, draw)
			}
		})
	}
}

func anyFloat(r *rand.Rand) float64 {
	for {
		if v := math.Float64frombits(r.Uint64()); !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v
		}
	}
}

func checkQuantiles(t *testing.T, r *rand.Rand, n int, draw func(*rand.Rand) float64) {
	t.Helper()
	parts := make([]Histogram, 3)
	sketch, err := ddsketch.NewDefaultDDSketch(0.0055)
	require.NoError(t, err)
	values, sketched := make([]float64, n), true
	for i := range values {
		values[i] = draw(r)
		parts[r.IntN(len(parts))].Record(values[i])
		sketched = sketch.Add(values[i]) == nil && sketched
	}
	var h Histogram
	for i := range parts {
		h.Merge(&parts[i])
	}
	slices.Sort(values)
	require.EqualValues(t, n, h.Count())
	require.Equal(t, values[0], h.Quantile(0))
	require.Equal(t, values[n-1], h.Quantile(1))
	for _, q := range []float64{0.001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999} {
		want := values[int(math.Ceil(q*float64(n)))-1]
		got := h.Quantile(q)
		require.LessOrEqual(t, math.Abs(got-want), tolerance*math.Abs(want), "n=%d q=%v: got %v, want %v", n, q, got, want)
		if theirs, err := sketch.GetValueAtQuantile(rankQuantile(q, n, want < 0)); sketched && err == nil {
			require.LessOrEqual(t, math.Abs(got-theirs), 0.0112*math.Abs(theirs), "n=%d q=%v: ours %v, DDSketch %v", n, q, got, theirs)
		}
	}
}

// rankQuantile turns our q into the one for which DDSketch, whose rank is q*(n-1) counted from 0 and from the far end for negative
// values, means the same value.
func rankQuantile(q float64, n int, negative bool) float64 {
	rank := math.Ceil(q*float64(n)) - 1
	if negative {
		rank -= 0.5
	} else {
		rank += 0.5
	}
	return max(0, min(1, rank/math.Max(1, float64(n-1))))
}

func TestMergeIsAddition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var whole, left, right Histogram
	for range 5_000 {
		v := math.Round(r.NormFloat64() * 1000)
		whole.Record(v)
		if v < 300 {
			left.Record(v)
		} else {
			right.Record(v)
		}
	}
	other := right.Clone()
	other.Merge(&left)
	left.Merge(&right)
	left.Merge(nil)
	left.Merge(&Histogram{})
	for _, got := range []*Histogram{&left, other} {
		assert.Equal(t, contents(&whole), contents(got))
		assert.Equal(t, whole.Sum(), got.Sum(), "whole numbers add up exactly in any order")
	}
}

type bucket struct {
	index int32
	n     uint64
}

type state struct {
	scale       int
	count, zero uint64
	min, max    float64
	pos, neg    []bucket
}

func contents(h *Histogram) state {
	s := state{scale: h.Scale(), count: h.Count(), zero: h.Zero(), min: h.Min(), max: h.Max()}
	for i, n := range h.Positive() {
		s.pos = append(s.pos, bucket{i, n})
	}
	for i, n := range h.Negative() {
		s.neg = append(s.neg, bucket{i, n})
	}
	return s
}

func TestLowerScaleKeepsItsResolution(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for scale := 5; scale >= -12; scale-- {
		var fine, coarse Histogram
		coarse.Downscale(scale)
		values := make([]float64, 2_000)
		for i := range values {
			values[i] = math.Exp(3 * r.NormFloat64())
			fine.Record(values[i])
			coarse.Record(values[i])
		}
		half := coarse.Clone()
		half.Merge(&fine)
		assert.Equal(t, scale, half.Scale())
		fine.Downscale(scale)
		assert.Equal(t, contents(&coarse), contents(&fine), "counting coarse and coarsening are the same at scale %d", scale)
		slices.Sort(values)
		base := math.Exp2(math.Exp2(float64(-scale)))
		for _, q := range []float64{0.1, 0.5, 0.99} {
			want := values[int(math.Ceil(q*2_000))-1]
			limit := 1.0
			if base < math.MaxFloat64 {
				limit = (base - 1) / (base + 1)
			}
			assert.LessOrEqual(t, math.Abs(fine.Quantile(q)-want), limit*want*(1+1e-9), "scale %d, q %v", scale, q)
		}
	}
}

func TestLimitHalvesTheResolution(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	limited, free := New(512), New(0)
	for range 50_000 {
		v := anyFloat(r)
		limited.Record(v)
		free.Record(v)
	}
	assert.LessOrEqual(t, limited.pagesHeld(), 512/pageSize)
	assert.Negative(t, limited.Scale())
	assert.Equal(t, free.Count(), limited.Count())
	free.Downscale(limited.Scale())
	assert.Equal(t, contents(free), contents(limited))

	limited.Reset()
	assert.Equal(t, MaxScale, limited.Scale())
	assert.Zero(t, limited.Count())
	assert.Equal(t, state{scale: MaxScale}, contents(limited))
}

func TestSubtractGivesWhatCameSince(t *testing.T) {
	var h, since Histogram
	for _, v := range []float64{0, 1, 2, -3, 4} {
		h.Record(v)
	}
	earlier := h.Clone()
	for _, v := range []float64{1.5, 0, -2, 9} {
		h.Record(v)
		since.Record(v)
	}
	later := h.Clone()
	require.True(t, h.Subtract(earlier))
	got, want := contents(&h), contents(&since)
	assert.Equal(t, 9.0, got.max, "a new maximum is exact")
	assert.InEpsilon(t, -2, got.min, tolerance, "another minimum is estimated")
	got.min = want.min
	assert.Equal(t, want, got)
	assert.InDelta(t, 8.5, h.Sum(), 1e-12)

	assert.False(t, earlier.Clone().Subtract(later), "it has fewer values")
	require.True(t, later.Subtract(later.Clone()))
	assert.Equal(t, state{scale: MaxScale}, contents(later))

	coarse := earlier.Clone()
	coarse.Downscale(0)
	rest := earlier.Clone()
	rest.Record(1000)
	rest.Downscale(-1)
	require.True(t, rest.Subtract(coarse), "a writer may have lowered its scale")
	assert.EqualValues(t, 1, rest.Count())
}

func TestForeignBucketsAreClamped(t *testing.T) {
	var h Histogram
	h.AddPositive(math.MaxInt32, 6, 1)
	h.AddPositive(math.MinInt32, 6, 2)
	h.AddNegative(math.MaxInt32, 6, 3)
	h.AddNegative(7, 6, 0)
	h.AddZero(4)
	h.AddPositive(1<<30, 20, 5) // 2^16 at scale 6
	h.AddTotals(math.NaN(), math.Inf(-1), math.NaN())
	s := contents(&h)
	assert.Equal(t, []bucket{{-MaxIndex, 2}, {1 << 16, 5}, {MaxIndex, 1}}, s.pos)
	assert.Equal(t, []bucket{{MaxIndex, 3}}, s.neg)
	assert.EqualValues(t, 15, h.Count())
	assert.Zero(t, h.Sum())
	assert.Equal(t, -math.MaxFloat64, h.Min())
	assert.Equal(t, math.MaxFloat64, h.Max())
	assert.False(t, math.IsNaN(h.Quantile(0.5)))
}

func FuzzRecord(f *testing.F) {
	f.Add(1.0, 2.0, uint64(3), 4)
	f.Add(math.Copysign(0, -1), 5e-324, uint64(1), -20)
	f.Add(math.MaxFloat64, -math.MaxFloat64, uint64(math.MaxUint64), 40)
	f.Fuzz(func(t *testing.T, a, b float64, n uint64, scale int) {
		h := New(64)
		finite := h.Record(a)
		h.RecordN(b, n)
		h.Downscale(scale)
		for _, q := range []float64{0, 0.01, 0.5, 1} {
			if v := h.Quantile(q); h.Count() > 0 && (v < h.Min() || v > h.Max() || math.IsNaN(v)) {
				t.Fatalf("quantile %v = %v is outside [%v, %v]", q, v, h.Min(), h.Max())
			}
		}
		if finite && a != 0 && UpperBound(Index(math.Abs(a)), MaxScale) < math.Abs(a) {
			t.Fatalf("%v lies above its bucket", a)
		}
	})
}
