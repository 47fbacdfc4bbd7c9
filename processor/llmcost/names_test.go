package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The names as others read them, written out: llm.cost.* as OpenInference's semantic conventions have them (Arize AX reads
// these), gen_ai.usage.cost as OpenLIT writes and Langfuse reads it, the rest as our README promises. A constant that is
// renamed must fail here.
func TestNamesThatOthersRead(t *testing.T) {
	td := spanWith(map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5",
		"gen_ai.usage.input_tokens": 10_000, "gen_ai.usage.output_tokens": 1000, "gen_ai.usage.total_tokens": 11_000,
		"gen_ai.usage.cache_read.input_tokens": 6000, "gen_ai.usage.cache_creation.input_tokens": 1000,
		"gen_ai.usage.reasoning.output_tokens": 400, "gen_ai.usage.cache_write_1h_input_tokens": 0, "llm.cost.total": 0.5,
	})
	td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName("pydantic-ai") // of whom it is known that the input holds the cache
	got := attributesOf(startProcessor(t, nil).process(t, td))
	for key, want := range map[string]any{
		"llm.cost.total":                        0.02955,
		"llm.cost.prompt":                       0.01455,
		"llm.cost.completion":                   0.015,
		"llm.cost.prompt_details.input":         0.009,
		"llm.cost.prompt_details.cache_read":    0.0018,
		"llm.cost.prompt_details.cache_write":   0.00375,
		"llm.cost.completion_details.output":    0.009,
		"llm.cost.completion_details.reasoning": 0.006,
		"gen_ai.usage.cost":                     0.02955,
		"llm.cost.status":                       "priced",
		"llm.cost.price":                        "anthropic/claude-sonnet-4-5@2026-09-23",
		"llm.cost.saved":                        0.01545,
		"llm.cost.reported":                     0.5,
	} {
		require.Equal(t, want, got[key], key)
	}
	got = attributesOf(startProcessor(t, nil).process(t, spanWith(map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-audio",
		"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
		"llm.token_count.prompt_details.audio": 500, "llm.token_count.completion_details.audio": 50,
	})))
	require.Contains(t, got, "llm.cost.prompt_details.audio")
	require.Contains(t, got, "llm.cost.completion_details.audio")
	got = attributesOf(startProcessor(t, nil).process(t, spanWith(map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.request.model": "no-such-model", "gen_ai.usage.input_tokens": 1, "gen_ai.usage.output_tokens": 1,
	})))
	require.Equal(t, "unpriced", got["llm.cost.status"])
	require.Equal(t, "unknown_model", got["llm.cost.reason"])
}
