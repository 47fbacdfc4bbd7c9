package genai

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		usd  float64
		want int64
		ok   bool
	}{
		{0, 0, true},
		{0.000000001, 1, true},
		{0.1, 100_000_000, true},
		{2.5e-9, 2, true}, // half to even
		{3.5e-9, 4, true},
		{999_999.123456789, 999_999_123_456_789, true},
		{1e6, 1e15, true},
		{1e6 + 0.01, 0, false},
		{-1e-9, 0, false},
		{math.NaN(), 0, false},
		{math.Inf(1), 0, false},
		{math.Inf(-1), 0, false},
		{1e308, 0, false},
	} {
		got, ok := NanoUSD(c.usd)
		require.Equal(t, c.ok, ok, c.usd)
		require.Equal(t, c.want, got, c.usd)
	}
}
