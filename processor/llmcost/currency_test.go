package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// An amount that is not in USD is kept and never counted with, also when the span is read again.
func TestReportedInAnotherCurrency(t *testing.T) {
	for name, attrs := range map[string]map[string]any{
		"as a cost":    {genai.UsageCost: 0.5, "gen_ai.usage.cost.currency": "EUR"},
		"as an amount": {"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.currency": "EUR", "gen_ai.usage.cost.source": "provider"},
	} {
		p := startProcessor(t, nil)
		first := attributesOf(p.process(t, chat(attrs)))
		require.Equal(t, 0.00021, first[genai.CostTotal], name)
		require.Equal(t, genai.StatusPriced, first[genai.CostStatus], name)
		require.Equal(t, 0.5, first[genai.CostReported], name)
		require.Equal(t, "EUR", first[genai.CostReportedCurrency], name)
		require.Equal(t, first, attributesOf(p.process(t, spanWith(first))), "%s, read again", name)

		attrs[genai.RequestModel] = "house-llm-7"
		got := attributesOf(p.process(t, chat(attrs)))
		require.Equal(t, genai.ReasonUnknownModel, got[genai.CostReason], name)
		require.NotContains(t, got, genai.CostTotal, name)
	}
}

// Two attributes that hold one answer with its steps are one answer.
func TestStepsOfAnAnswerToldTwice(t *testing.T) {
	answer := `{"usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500},` +
		`{"type":"message","input_tokens":23000,"output_tokens":1000}]}}`
	got := attributesOf(startProcessor(t, nil).process(t, chat(map[string]any{
		genai.ProviderName: "anthropic", genai.RequestModel: "claude-opus-4-6", genai.UsageInput: 23_000, genai.UsageOutput: 1000,
		"output.value": answer, "gen_ai.completion": answer,
	})))
	require.Equal(t, 1.1275, got[genai.CostTotal])
}
