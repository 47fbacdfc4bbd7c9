package expohist

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNativeAgreesWithPrometheus: Prometheus' own code finds every value inside the bucket that it was exported in.
func TestNativeAgreesWithPrometheus(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 7))
	for _, scale := range []int{6, 3, 0, -4} {
		var h Histogram
		for range 3_000 {
			h.Record(r.NormFloat64() * math.Exp(3*r.NormFloat64()))
		}
		for _, v := range []float64{0, 1, 2, 4, 0.25, -1, -8} {
			h.Record(v)
		}
		h.Downscale(scale)
		native := &histogram.FloatHistogram{
			Schema: int32(scale), Count: float64(h.Count()), Sum: h.Sum(), ZeroCount: float64(h.Zero()),
		}
		native.PositiveSpans, native.PositiveBuckets = toPrometheus(h.Native(h.Positive()))
		native.NegativeSpans, native.NegativeBuckets = toPrometheus(h.Native(h.Negative()))
		require.NoError(t, native.Validate())
		want := contents(&h)
		at := 0
		for it := native.PositiveBucketIterator(); it.Next(); at++ {
			b := it.At()
			assert.InEpsilon(t, b.Upper, UpperBound(want.pos[at].index, scale), 1e-12)
			assert.EqualValues(t, want.pos[at].n, b.Count)
		}
		assert.Len(t, want.pos, at)

		var back Histogram
		back.Downscale(scale)
		for _, negative := range []bool{false, true} {
			buckets := h.Positive()
			if negative {
				buckets = h.Negative()
			}
			spans, counts := h.Native(buckets)
			back.AddNative(scale, negative, spans, counts)
		}
		back.AddZero(h.Zero())
		back.AddTotals(h.Sum(), h.Min(), h.Max())
		assert.Equal(t, want, contents(&back))
	}
}

func toPrometheus(spans []Span, counts []uint64) ([]histogram.Span, []float64) {
	s, c := make([]histogram.Span, len(spans)), make([]float64, len(counts))
	for i := range spans {
		s[i] = histogram.Span(spans[i])
	}
	for i := range counts {
		c[i] = float64(counts[i])
	}
	return s, c
}

func TestHostileNativeSpans(t *testing.T) {
	var h Histogram
	h.AddNative(6, false, []Span{{math.MaxInt32, math.MaxUint32}, {math.MaxInt32, 3}, {-5, 1}}, []uint64{1, 2})
	assert.EqualValues(t, 3, h.Count())
	assert.Equal(t, []bucket{{MaxIndex, 3}}, contents(&h).pos)
}
