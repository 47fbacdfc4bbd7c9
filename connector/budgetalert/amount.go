package budgetalert

import (
	"math"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// nanoUSD is the exact amount that llmcost wrote as a double, rounded half to even. What is no amount (negative, no number, absurd) is
// refused.
func nanoUSD(usd float64) (int64, bool) {
	if !(usd >= 0 && usd <= genai.MaxUSD) {
		return 0, false
	}
	return int64(math.RoundToEven(usd * 1e9)), true
}

// savedNanoUSD is what prompt caching saved, negative where it cost more; what is no amount saved nothing.
func savedNanoUSD(usd float64) int64 {
	n, ok := nanoUSD(math.Abs(usd))
	if !ok {
		return 0
	}
	if usd < 0 {
		return -n
	}
	return n
}
