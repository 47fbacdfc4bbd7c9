package llmcost

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A name that the table does not know for the model that answered (a deployment's, an alias) is no reason not to price the model that was
// asked for; a name that it knows is.
func TestFallsBackToTheModelAskedFor(t *testing.T) {
	const sonnet = "claude-sonnet-4-5-20250929"
	for name, c := range map[string]struct{ provider, asked, answered, row, reason string }{
		"a deployment":       {"openai", "gpt-4o-mini", "my-deployment-7", "openai/gpt-4o-mini@", ""},
		"another model":      {"openai", "gpt-4o-mini", "gpt-4.1-nano", "openai/gpt-4.1-nano@", ""},
		"an alias, nobody's": {"reseller", "gpt-4o-mini", "my-deployment-7", "openai/gpt-4o-mini@", genai.ReasonProviderGuessed},
		"both of nobody":     {"reseller", "gpt-4o-mini", "gpt-4.1-nano", "openai/gpt-4.1-nano@", genai.ReasonProviderGuessed},
		"only one asked for": {"reseller", "us.anthropic." + sonnet + "-v1:0", sonnet, "aws/", ""},
	} {
		got := attributesOf(startProcessor(t, nil).process(t, chat(map[string]any{
			genai.ProviderName: c.provider, genai.RequestModel: c.asked, genai.ResponseModel: c.answered,
		})))
		row, _ := got[genai.CostPrice].(string)
		require.True(t, strings.HasPrefix(row, c.row), "%s: %s", name, row)
		reason, _ := got[genai.CostReason].(string)
		require.Equal(t, c.reason, reason, name)
	}
}

// Reports of one call from the one that says least to the one that says most. Without any usage a call is of no rank by what it says of it.
func TestRanksOfReports(t *testing.T) {
	counts := genai.Usage{Input: 10, Output: 1}
	parts := genai.Usage{Input: 10, Output: 1, CacheRead: 1, Reasoning: 1}
	of := func(state genai.UsageState, u genai.Usage, source dialect.CostSource, model string) *dialect.Call {
		return &dialect.Call{Operation: genai.Operation{UsageState: state, Usage: u, ResponseModel: model}, CostSource: source}
	}
	searched := of(genai.UsageKnown, counts, 0, "")
	searched.Billed.WebSearches = 2
	last := int16(-1)
	for i, calls := range [][]*dialect.Call{
		{of(genai.UsageNone, genai.Usage{}, 0, ""), of(genai.UsageKnown, genai.Usage{}, 0, ""), of(genai.UsageKnown, genai.Usage{}, dialect.CostClient, "")},
		{of(genai.UsageNone, genai.Usage{}, 0, "m"), of(genai.UsageKnown, genai.Usage{}, 0, "m")},
		{of(genai.UsageNone, genai.Usage{}, dialect.CostBill, "")},
		{of(genai.UsageNone, genai.Usage{}, dialect.CostBill, "m"), of(genai.UsageGuessed, genai.Usage{}, dialect.CostBill, "m")},
		{of(genai.UsageGuessed, counts, 0, "")},
		{of(genai.UsageGuessed, parts, dialect.CostBill, "m")},
		{of(genai.UsageKnown, counts, 0, "")},
		{of(genai.UsageKnown, counts, 0, "m")},
		{of(genai.UsageKnown, counts, dialect.CostBill, "")},
		{of(genai.UsageKnown, counts, dialect.CostBill, "m")},
		{searched},
		{of(genai.UsageKnown, parts, 0, "")},
	} {
		for _, op := range calls {
			require.Equal(t, rank(calls[0]), rank(op), i)
		}
		require.Greater(t, rank(calls[0]), last, i)
		last = rank(calls[0])
	}
}

// twins are two reports of one call in one request, one in the other.
func twins(t *testing.T, outer, inner map[string]any) ptrace.Traces {
	t.Helper()
	td := chat(outer)
	chat(inner).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	parent := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	td.ResourceSpans().At(1).ScopeSpans().At(0).Spans().At(0).SetParentSpanID(parent.SpanID())
	return td
}

// Of two reports that know as much of the usage, the one with the bill counts, then the one that names the model that answered; without
// either it is the inner one.
func TestWhichOfTwoReportsCounts(t *testing.T) {
	bill := map[string]any{"gen_ai.usage.cost.amount": 0.5, "gen_ai.usage.cost.source": "provider"}
	model := map[string]any{genai.ResponseModel: "gpt-4.1-nano"}
	for name, tc := range map[string]struct {
		outer, inner map[string]any
		want         int64
	}{
		"a bill outside":                      {bill, nil, 500_000_000},
		"a bill inside":                       {nil, bill, 500_000_000},
		"a bill against a model":              {bill, model, 500_000_000},
		"a model against a bill":              {model, bill, 500_000_000},
		"a model outside":                     {model, nil, 140_000},
		"a model inside":                      {nil, model, 140_000},
		"more of the usage against a bill":    {map[string]any{genai.UsageCacheRead: 400}, bill, 180_000},
		"a bill against more of the usage":    {bill, map[string]any{genai.UsageCacheRead: 400}, 180_000},
		"none that knows more than the other": {nil, nil, 210_000},
	} {
		got := sumOf(startProcessor(t, nil).process(t, twins(t, tc.outer, tc.inner)))
		require.Equal(t, tc.want, got.nano, name)
		require.Equal(t, 1, got.statuses[genai.StatusDuplicate], name)
	}
}

// What the provider's answer shows decides whether Claude's input holds its cached tokens, where the client says nothing of it.
func TestTheAnswerTellsWhetherTheInputHoldsTheCache(t *testing.T) {
	const usage = `{"type":"message","model":"claude-sonnet-4-5-20250929","id":"msg_1","usage":{"input_tokens":9000,"cache_read_input_tokens":700,"cache_creation_input_tokens":0,"output_tokens":400}}`
	for in, want := range map[int]int64{
		9000: 9000*3000 + 700*300 + 400*15000, // as Anthropic counts: apart
		9700: 9000*3000 + 700*300 + 400*15000, // added up
	} {
		got := sumOf(startProcessor(t, nil).process(t, spanWith(map[string]any{
			"openinference.span.kind": "LLM", "llm.provider": "anthropic", "llm.model_name": "claude-sonnet-4-5", genai.ResponseModel: "claude-sonnet-4-5",
			genai.ResponseID: "msg_1", "llm.token_count.prompt": in, "llm.token_count.completion": 400,
			"llm.token_count.prompt_details.cache_read": 700, "output.value": usage,
		})))
		require.Equal(t, want, got.nano, in)
	}
}

// A second gateway prices a call of another service tier as the first did: where it trusts the first, where it does not, and where
// somebody between them took the texts off that told the tier.
func TestTierIsPricedOnce(t *testing.T) {
	for name, attrs := range map[string]map[string]any{
		"as an attribute": {"openai.response.service_tier": "flex", genai.RequestModel: "gpt-5-mini"},
		"in the answer":   {"output.value": `{"id":"chatcmpl-9","model":"gpt-5-mini","service_tier":"flex"}`, genai.RequestModel: "gpt-5-mini", "openinference.span.kind": "LLM"},
	} {
		first := startProcessor(t, nil).process(t, chat(attrs))
		want := sumOf(first).nano
		require.Less(t, want, sumOf(startProcessor(t, nil).process(t, chat(map[string]any{genai.RequestModel: "gpt-5-mini"}))).nano, name)
		var op genai.Operation
		eachSpan(first, func(span ptrace.Span) { require.True(t, genai.ReadCanonical(span, &op)) })
		require.Equal(t, "flex", op.ServiceTier, name)
		for _, trust := range []bool{true, false} {
			second := startProcessor(t, func(c *Config) { c.TrustUpstream = trust })
			require.Equal(t, want, sumOf(second.process(t, copyOf(first))).nano, "%s, trust %v", name, trust)
			redacted := copyOf(first)
			eachSpan(redacted, func(span ptrace.Span) {
				span.Attributes().RemoveIf(func(key string, _ pcommon.Value) bool { return key == "output.value" })
			})
			require.Equal(t, want, sumOf(second.process(t, redacted)).nano, "%s, redacted, trust %v", name, trust)
		}
	}
}

// The Anthropic SDK repeats what Strands reports, in traces of its own: with it ignored the total is what Strands' spans show.
func TestStrandsWithoutTheSDKsOwnSpans(t *testing.T) {
	ignore := func(c *Config) { c.IgnoreScopes = []string{"com.anthropic.sdk.typescript"} }
	got := sumOf(startProcessor(t, ignore).process(t, clientCase(t, "strands/run")))
	require.EqualValues(t, 1_688_870_015, got.nano)
	require.Equal(t, 3, got.statuses[genai.StatusDuplicate])
}
