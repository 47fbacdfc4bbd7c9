package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearestRank(t *testing.T) {
	var s Sample
	require.True(t, math.IsNaN(s.Quantile(0.5)))
	for v := range 100 {
		s.Add(float64(100 - v))
	}
	for q, want := range map[float64]float64{0: 1, 0.001: 1, 0.01: 1, 0.011: 2, 0.07: 7, 0.5: 50, 0.95: 95, 0.951: 96, 0.99: 99, 0.999: 100, 1: 100} {
		require.Equal(t, want, s.Quantile(q), q)
	}
	require.Zero(t, s.Error())
	s.Add(0.5)
	require.Equal(t, 0.5, s.Quantile(0), "sorted again")
	require.Equal(t, 101, s.Count())
}

// Above the limit a histogram answers, within the error that it says.
func TestManyValues(t *testing.T) {
	s := Sample{most: 1000}
	r := rand.New(rand.NewPCG(1, 2))
	var all []float64
	for range 5000 {
		v := math.Exp(r.NormFloat64())
		all = append(all, v)
		s.Add(v)
	}
	slices.Sort(all)
	require.InDelta(t, 0.0054, s.Error(), 0.0002)
	for _, q := range []float64{0.01, 0.5, 0.95, 0.99} {
		require.InEpsilon(t, all[Rank(q, len(all))-1], s.Quantile(q), s.Error()+1e-9)
	}
	require.Equal(t, 5000, s.Count())
}
