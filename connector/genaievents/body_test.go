package genaievents

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every number reads back as what it is, in as few digits as that takes.
func TestNumbersReadBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	numbers := []float64{0, 1, 0.1, 0.5, 1e-9, 1.000000001, 123456.789, 1e15, 1e300, -1, -0.25, 1e-12, 0.1 + 0.2, math.MaxFloat64, math.SmallestNonzeroFloat64}
	for range 10_000 {
		numbers = append(numbers, float64(rnd.Int64N(1<<50))/1e9, float64(rnd.Int64N(1e6))/1e9, rnd.Float64(), rnd.NormFloat64()*1e6)
	}
	for _, f := range numbers {
		got := string(appendNumber(nil, f))
		back, err := strconv.ParseFloat(got, 64)
		require.NoError(t, err)
		require.Equal(t, f, back, got)
		if math.Abs(f) < 1e15 {
			require.Equal(t, strconv.FormatFloat(f, 'f', -1, 64), got)
		}
	}
}

// Whatever a text holds, JSON reads it back, and logfmt's quoted value is one on a line.
func TestTextsReadBack(t *testing.T) {
	for _, s := range []string{"", "a", "a b", `a"b`, `a\b`, "a\nb\tc\rd", "\x00\x1f\x7f", "ä€😀", "a=b", "\u2028"} {
		var back string
		require.NoError(t, json.Unmarshal(appendText(nil, s, true), &back), "%q", s)
		require.Equal(t, s, back)
		line := string(appendText(append(appendName([]byte("a=1 "), "my key="), '='), s, false))
		require.NotContains(t, line, "\n")
		require.Regexp(t, `^a=1 my_key_=("(\\.|[^"\\])*"|[^" =\\]+)$`, line)
	}
}
