package house

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// tierCalls are calls that are not sold at the list price: by another tier, faster, or in a region. answer is what an instrumentation
// keeps of the provider's answer, which a redaction between two gateways may take off.
var tierCalls = map[string]struct {
	factor float64 // of the list price
	attrs  map[string]any
	answer string
}{
	"flex":                   {0.5, openAI("gpt-5-mini", "openai.response.service_tier", "flex"), ""},
	"flex in the answer":     {0.5, openAI("gpt-5-mini"), `{"id":"chatcmpl-9","model":"gpt-5-mini","service_tier":"flex"}`},
	"priority":               {1.8, openAI("gpt-5-mini", "gen_ai.openai.response.service_tier", "priority"), ""},
	"priority, asked for":    {1.8, openAI("gpt-5-mini", "openai.request.service_tier", "priority"), ""},
	"batch":                  {0.5, anthropic("claude-sonnet-4-5", "anthropic.response.service_tier", "batch"), ""},
	"fast":                   {6, anthropic("claude-opus-4-6", "anthropic.response.speed", "fast"), ""},
	"fast in the answer":     {6, anthropic("claude-opus-4-6"), claudeAnswer(`"speed":"fast"`)},
	"fast, in the US":        {6.6, anthropic("claude-opus-4-6", "anthropic.response.speed", "fast"), claudeAnswer(`"inference_geo":"us"`)},
	"in the US":              {1.1, anthropic("claude-opus-4-6"), claudeAnswer(`"inference_geo":"us"`)},
	"OpenAI in the EU":       {1.1, openAI("gpt-5.4", "server.address", "eu.api.openai.com"), ""},
	"Vertex in a region":     {1.1, vertex("gemini-3-pro-preview", "server.address", "europe-west1-aiplatform.googleapis.com"), ""},
	"a tier nobody sells":    {1, openAI("gpt-5-mini", "openai.response.service_tier", "express"), ""},
	"the default, as a tier": {1, openAI("gpt-5-mini", "openai.response.service_tier", "default"), ""},
}

func claudeAnswer(more string) string {
	return `{"type":"message","id":"msg_1","model":"claude-opus-4-6","usage":{"input_tokens":1000,"output_tokens":100,` + more + `}}`
}

func openAI(model string, more ...any) map[string]any    { return callOf("openai", model, more) }
func anthropic(model string, more ...any) map[string]any { return callOf("anthropic", model, more) }
func vertex(model string, more ...any) map[string]any    { return callOf("gcp.vertex_ai", model, more) }

func callOf(provider, model string, more []any) map[string]any {
	attrs := map[string]any{
		genai.OperationName: genai.OpChat, genai.ProviderName: provider, genai.RequestModel: model, genai.ResponseModel: model,
		genai.UsageInput: 1000, genai.UsageOutput: 100,
	}
	for i := 0; i < len(more); i += 2 {
		attrs[more[i].(string)] = more[i+1]
	}
	return attrs
}

func tierTraces(t *testing.T, attrs map[string]any, answer string) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr(genai.ServiceName, "agent")
	span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName("chat")
	span.SetKind(ptrace.SpanKindClient)
	span.SetTraceID([16]byte{1})
	span.SetSpanID([8]byte{2})
	end := time.Date(2026, 9, 25, 12, 0, 0, 0, time.UTC)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(end.Add(-time.Second)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(end))
	require.NoError(t, span.Attributes().FromRaw(attrs))
	if answer != "" {
		span.Attributes().PutStr("output.value", answer)
	}
	return td
}

// saidOfMoney is all that a span says of what it cost, and the operation as those behind llmcost read it.
func saidOfMoney(t *testing.T, td ptrace.Traces) (lines string, op genai.Operation) {
	t.Helper()
	eachSpan(td, func(span ptrace.Span) {
		require.True(t, genai.ReadCanonical(span, &op))
		for _, key := range []string{genai.CostTotal, genai.CostStatus, genai.CostReason, genai.CostSaved, genai.CostReported, genai.CostDiscount} {
			lines += key + "=" + genai.TextOf(span.Attributes(), key) + "\n"
		}
	})
	return lines, op
}

func copied(td ptrace.Traces) ptrace.Traces {
	out := ptrace.NewTraces()
	td.CopyTo(out)
	return out
}

// A second gateway, configured as the first or trusting it, leaves a call of any tier as the first priced it: its cost, its status, its
// tokens, and what genaimetrics counts; also where a redaction between the two took the answer off.
func TestASecondGatewayPricesAsTheFirst(t *testing.T) {
	for name, options := range map[string]string{
		"defaults":               "{}",
		"no normalizing":         "{normalize: false}",
		"no family":              "{attributes: []}",
		"one family":             "{attributes: [openinference]}",
		"bills ignored":          "{reported_cost: ignore}",
		"a contract":             "{price_factor: {openai: 0.9, anthropic: 1.1}}",
		"usage on agents":        "{usage_on_agent: [x]}",
		"local servers are free": "{local_servers: free}",
		"unknown models priced":  "{unknown_model: {action: estimate, prices: {input_mtok: 10, output_mtok: 10}}}",
		"a scope ignored":        "{ignore_scopes: [x]}",
		"a small memory":         "{dedupe: {max_entries: 10, ttl: 1s}}",
		"own prices":             "{prices: {models: [{match: {starts_with: gpt}, prices: {input_mtok: 1, output_mtok: 2}}]}}",
	} {
		for call, c := range tierCalls {
			t.Run(name+"/"+call, func(t *testing.T) {
				first := priced(t, options, tierTraces(t, c.attrs, c.answer))
				want, wantOp := saidOfMoney(t, first[0])
				counters := render(counted(t, "interval: 1h", copied(first[0])))
				require.NotContains(t, want, "llm.cost.status=unpriced")
				for _, trust := range []bool{false, true} {
					for _, redacted := range []bool{false, true} {
						td := copied(first[0])
						if redacted {
							eachSpan(td, func(span ptrace.Span) { span.Attributes().Remove("output.value") })
						}
						second := priced(t, strings.TrimSuffix(options, "}")+cmp.Or(map[bool]string{options != "{}": ", "}[true], "")+
							fmt.Sprintf("trust_upstream: %v}", trust), td)
						got, gotOp := saidOfMoney(t, second[0])
						at := fmt.Sprintf("trust %v, redacted %v", trust, redacted)
						require.Equal(t, want, got, at)
						require.Equal(t, wantOp, gotOp, at)
						require.Equal(t, counters, render(counted(t, "interval: 1h", second...)), at)
					}
				}
			})
		}
	}
}

// What the tiers of the test above cost, against the list price of the same call.
func TestTiersAgainstTheListPrice(t *testing.T) {
	for call, c := range tierCalls {
		list := map[string]any{}
		for _, key := range []string{
			genai.OperationName, genai.ProviderName, genai.RequestModel, genai.ResponseModel, genai.UsageInput, genai.UsageOutput,
		} {
			list[key] = c.attrs[key]
		}
		want, _ := said(priced(t, "", tierTraces(t, list, "")))
		got, _ := said(priced(t, "", tierTraces(t, c.attrs, c.answer)))
		require.InDelta(t, c.factor, float64(got)/float64(want), 1e-9, call)
	}
}
