package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Fees stand beside prompt and completion, the three are the total, and the uses are there for everyone behind.
func TestFees(t *testing.T) {
	searched := map[string]any{
		genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-5", "gen_ai.usage.web_search_requests": 3,
	}
	p := startProcessor(t, nil)
	td := p.process(t, chat(searched))
	got := attributesOf(td)
	require.Equal(t, genai.StatusPriced, got[genai.CostStatus])
	require.Equal(t, 0.03, got[genai.CostFees])
	require.Equal(t, 0.003, got[genai.CostPrompt])
	require.Equal(t, 0.0015, got[genai.CostCompletion])
	require.Equal(t, 0.0345, got[genai.CostTotal])
	eachSpan(td, func(s ptrace.Span) {
		var op genai.Operation
		require.True(t, genai.ReadCanonical(s, &op))
		require.Equal(t, genai.Billed{WebSearches: 3}, op.Billed)
	})

	searched[genai.ProviderName], searched[genai.RequestModel] = "openai", "gpt-4o-mini-tts" // its row has no price for a search
	got = attributesOf(p.process(t, chat(searched)))
	require.Equal(t, [2]any{genai.StatusEstimated, "unknown_fee"}, [2]any{got[genai.CostStatus], got[genai.CostReason]})
}
