package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Where Langfuse's total is that of input and output, only a part that is larger than its whole tells that it is none: that is a guess, whoever made the model.
func TestLangfusesTotalsOfTwo(t *testing.T) {
	for usage, want := range map[string]struct {
		status string
		usd    float64
	}{
		`{"input":2000,"output":50,"input_cache_read":1000,"total":2050}`: {genai.StatusPriced, 0.001875},
		`{"input":100,"output":50,"input_cache_read":1000,"total":150}`:   {genai.StatusEstimated, 0.00075},
		`{"input":0,"output":50,"input_cache_read":1000,"total":50}`:      {genai.StatusEstimated, 0.000625},
		`{"input":2000,"output":500,"output_reasoning":800,"total":2500}`: {genai.StatusEstimated, 0.0155},
	} {
		got := attributesOf(startProcessor(t, nil).process(t, spanWith(map[string]any{
			"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-5", "langfuse.observation.usage_details": usage,
		})))
		require.Equal(t, want.status, got[genai.CostStatus], usage)
		require.InDelta(t, want.usd, got[genai.CostTotal], 1e-12, usage)
		if want.status == genai.StatusEstimated {
			require.Equal(t, genai.ReasonUnknownOverlap, got[genai.CostReason], usage)
		}
	}
}
