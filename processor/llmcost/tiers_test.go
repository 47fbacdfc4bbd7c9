package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What a span says of the service tier and the endpoint changes the price, wherever it says it.
func TestTierAndRegionWhereverSaid(t *testing.T) {
	gpt := map[string]any{genai.OperationName: "chat", genai.ProviderName: "openai", genai.RequestModel: "gpt-4.1"}
	claude := map[string]any{genai.OperationName: "chat", genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-6"}
	vertex := map[string]any{genai.OperationName: "chat", genai.ProviderName: "gcp.vertex_ai", genai.RequestModel: "claude-sonnet-4-5@20250929"}
	const list, half, tenth = 1.0, 0.5, 1.1
	for _, tc := range []struct {
		name   string
		call   map[string]any
		key    string
		value  string
		factor float64
		status string
	}{
		{"answered", gpt, "openai.response.service_tier", "flex", half, "priced"},
		{"answered, gen_ai name", gpt, "gen_ai.openai.response.service_tier", "batch", half, "priced"},
		{"answered, no provider's name", gpt, "gen_ai.response.service_tier", "priority", 1.75, "priced"},
		{"asked for", gpt, "openai.request.service_tier", "flex", half, "priced"},
		{"left to the provider", gpt, "gen_ai.openai.request.service_tier", "auto", list, "priced"},
		{"no tier we know", gpt, "openai.response.service_tier", "turbo", list, "estimated"},
		{"asked Anthropic for list price", claude, "anthropic.request.service_tier", "standard_only", list, "priced"},
		{"in the answer", gpt, "output.value", `{"id":"x","model":"gpt-4.1","service_tier":"flex"}`, half, "priced"},
		{"in the answer's usage", claude, "output.value", `{"id":"x","usage":{"input_tokens":9,"service_tier":"batch"}}`, half, "priced"},
		{"in LangChain's message", claude, "output.value", `{"generations":[[{"message":{"kwargs":{"response_metadata":{"usage":{"service_tier":"batch"}}}}}]]}`, half, "priced"},
		{"in AI SDK's metadata", gpt, "ai.response.providerMetadata", `{"openai":{"serviceTier":"flex"}}`, half, "priced"},
		{"in AI SDK's metadata of Anthropic", claude, "ai.response.providerMetadata", `{"anthropic":{"usage":{"service_tier":"batch"}}}`, half, "priced"},
		{"null", claude, "output.value", `{"usage":{"service_tier":null,"inference_geo":null}}`, list, "priced"},
		{"kept in the US", claude, "output.value", `{"usage":{"inference_geo":"us"}}`, tenth, "priced"},
		{"anywhere", claude, "output.value", `{"usage":{"inference_geo":"global"}}`, list, "priced"},
		{"a place that says nothing", vertex, "output.value", `{"usage":{"inference_geo":"not_available"}}`, list, "priced"},
		{"regional endpoint", vertex, "server.address", "us-east5-aiplatform.googleapis.com", tenth, "priced"},
		{"regional endpoint's URL", vertex, "server.address", "https://us-east5-aiplatform.googleapis.com:443/v1", tenth, "priced"},
		{"global endpoint", vertex, "server.address", "aiplatform.googleapis.com", list, "priced"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			attrs := map[string]any{genai.UsageInput: 100_000, genai.UsageOutput: 10_000, tc.key: tc.value}
			for k, v := range tc.call {
				attrs[k] = v
			}
			got := attributesOf(startProcessor(t, nil).process(t, spanWith(attrs)))
			at, ok := enginePrice(tc.call[genai.ProviderName].(string), tc.call[genai.RequestModel].(string), billed{in: 100_000, out: 10_000})
			require.True(t, ok)
			require.Equal(t, tc.status, got[genai.CostStatus])
			require.InDelta(t, float64(at)*tc.factor/1e9, got[genai.CostTotal], 1e-12)
		})
	}
}
