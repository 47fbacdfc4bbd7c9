package llmcost

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What is billed beside tokens is found in the answer also where plain attributes say all else.
func TestChargesInTheAnswer(t *testing.T) {
	told := func(provider, model, answer string) map[string]any {
		return map[string]any{
			"openinference.span.kind": "LLM", genai.OperationName: nil, genai.ProviderName: provider, genai.RequestModel: model,
			genai.ResponseModel: model, genai.ResponseID: "r1", "output.value": answer,
		}
	}
	for name, tc := range map[string]struct {
		attrs map[string]any
		want  genai.Billed
		tier  any
		usd   float64
		why   any
	}{
		"OpenAI's items": {
			told("openai", "gpt-4o", `{"id":"r1","output":[{"type":"web_search_call","action":{"type":"search","query":"a"}},`+
				`{"type":"web_search_call","action":{"type":"open_page"}},{"type":"file_search_call"},{"type":"message","content":[{"type":"x"}]}],`+
				`"usage":{"input_tokens":1000,"output_tokens":100}}`),
			genai.Billed{WebSearches: 1, FileSearches: 1},
			nil, 0.0035 + 0.01 + 0.0025, "unknown_fee", // 0.025 with the other tool
		},
		"Anthropic's tools": {
			told("anthropic", "claude-sonnet-4-5", `{"id":"r1","usage":{"input_tokens":1000,"output_tokens":100,"server_tool_use":{"web_search_requests":2}}}`),
			genai.Billed{WebSearches: 2},
			nil, 0.0045 + 0.02, nil,
		},
		"Anthropic's fast mode": {
			told("anthropic", "claude-opus-4-8", `{"usage":{"input_tokens":1000,"output_tokens":100,"speed":"fast","server_tool_use":{"web_search_requests":0}}}`),
			genai.Billed{},
			"fast", 0.015, nil,
		},
		"Vertex' bought capacity": {
			told("gcp.vertex_ai", "gemini-2.5-flash", `{"usageMetadata":{"trafficType":"PROVISIONED_THROUGHPUT","iterations":[],"x":{"iterations":[]}}}`),
			genai.Billed{},
			"provisioned_throughput", 0.00055, "prepaid_capacity",
		},
	} {
		got := attributesOf(startProcessor(t, nil).process(t, chat(tc.attrs)))
		require.InDelta(t, tc.usd, got[genai.CostTotal], 1e-12, "%s: %v", name, got)
		require.Equal(t, tc.why, got[genai.CostReason], name)
		require.Equal(t, tc.tier, got[genai.CallTier], name)
		for key, n := range map[string]int64{genai.CallWebSearches: tc.want.WebSearches, genai.CallFileSearches: tc.want.FileSearches} {
			have, _ := got[key].(int64)
			require.Equal(t, n, have, "%s %s", name, key)
		}
	}
}

// Over any counts: where they do not add up, or nobody knows how they were counted, the status is never `priced`; where they do, it is, and
// the price is that of the counts.
func TestCountsThatDoNotAddUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	p := startProcessor(t, nil)
	pick := func(from ...string) string { return from[rnd.IntN(len(from))] }
	priced, doubted := 0, 0
	for range 20_000 {
		in, out := 1000+rnd.Int64N(9000), 100+rnd.Int64N(900)
		read, reasoning := rnd.Int64N(in), rnd.Int64N(out)
		scope := pick("", "opentelemetry.instrumentation.openai_v2")
		provider, model := "openai", "gpt-5"
		if rnd.IntN(2) == 0 {
			provider, model = "anthropic", "claude-sonnet-4-5"
			reasoning = 0
		}
		attrs := map[string]any{
			genai.ProviderName: provider, genai.RequestModel: model, genai.UsageInput: in, genai.UsageOutput: out,
			genai.UsageCacheRead: read, genai.UsageReasoning: reasoning,
		}
		off := int64(0)
		total := rnd.IntN(3)
		if total > 0 {
			if total > 1 {
				off = 1 + rnd.Int64N(20_000)
			}
			attrs["gen_ai.usage.total_tokens"] = in + out + off
		}
		td := chat(attrs)
		td.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName(scope)
		got := attributesOf(p.process(t, td))
		explained := off == 0 || off == read || off == reasoning || off == read+reasoning
		unknown := scope == "" && provider == "anthropic" && read > 0 && off == 0
		if !explained || unknown {
			doubted++
			require.Equal(t, genai.StatusEstimated, got[genai.CostStatus], got)
			continue
		}
		if off != 0 {
			continue // read or thoughts stood beside: another test's matter
		}
		priced++
		require.Equal(t, genai.StatusPriced, got[genai.CostStatus], got)
	}
	require.Greater(t, priced, 1000)
	require.Greater(t, doubted, 1000)
}
