package budgetalert

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSavings(t *testing.T) {
	require.EqualValues(t, 500_000_000, savedNanoUSD(0.5))
	require.EqualValues(t, -500_000_000, savedNanoUSD(-0.5), "writing the cache cost more")
	for _, absurd := range []float64{math.NaN(), math.Inf(-1), 1e308, -1e308} {
		require.Zero(t, savedNanoUSD(absurd))
	}
}
