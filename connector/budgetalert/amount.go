package budgetalert

import (
	"math"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// savedNanoUSD is what prompt caching saved, negative where it cost more; what is no amount saved nothing.
func savedNanoUSD(usd float64) int64 {
	n, ok := genai.NanoUSD(math.Abs(usd))
	if !ok {
		return 0
	}
	if usd < 0 {
		return -n
	}
	return n
}
