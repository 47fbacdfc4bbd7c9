package house

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Whatever is configured, the counters say what the spans say: the cost of those that count, and one call for each of them.
func TestCountersSayWhatTheSpansSay(t *testing.T) {
	const defaults = "interval: 1h"
	for name, options := range map[string][2]string{
		"defaults":              {"", defaults},
		"no normalizing":        {"normalize: false", defaults},
		"one family":            {"attributes: [openinference]", defaults},
		"no family":             {"attributes: []", defaults},
		"bills ignored":         {"reported_cost: ignore", defaults},
		"bills only":            {"reported_cost: only", defaults},
		"a contract":            {"price_factor: {openai: 0.9, anthropic: 1.1}", defaults},
		"usage on agents":       {"usage_on_agent: ['gen_ai', '@traceloop/node-server-sdk']", defaults},
		"own prices":            {"prices: {models: [{match: {starts_with: gpt}, prices: {input_mtok: 1, output_mtok: 2}}]}", defaults},
		"unknown models priced": {"unknown_model: {action: estimate, prices: {input_mtok: 10, output_mtok: 10}}", defaults},
		"a scope ignored":       {"ignore_scopes: ['@opentelemetry/instrumentation-openai', ai]", defaults},
		"a small memory":        {"dedupe: {max_entries: 10, ttl: 1s}", defaults},
		"classic, both namings": {"", "{interval: 1h, histograms: classic, naming: [semconv, langchain]}"},
		"no exemplars":          {"", "{interval: 1h, exemplars: false}"},
		"a dimension":           {"", "{interval: 1h, dimensions: [{name: gen_ai.conversation.id, default: none}]}"},
		"few series":            {"", "{interval: 1h, series_limit: 1}"},
		"nothing remembered":    {"", "{interval: 1h, dedupe: {window: 0s}}"},
	} {
		t.Run(name, func(t *testing.T) {
			for i, client := range []string{"claude-code", "langfuse", "openinference-anthropic", "openllmetry", "vercel-ai-v6", "vercel-ai-v7", "google-adk"} {
				td := repeated(capture(t, client), uint64(i)) //nolint:gosec // few clients
				spans := priced(t, options[0], td)
				md := counted(t, options[1], spans...)
				nano, calls := said(spans)
				require.Equal(t, nano, int64(math.Round(value(md, genai.MetricCostUSD)*1e9)), client)
				require.EqualValues(t, calls, value(md, genai.MetricCalls), client)
			}
		})
	}
}

// repeated is a run and, a minute later in other traces, a mock's run that gives the same ids and counts to its answers.
func repeated(td ptrace.Traces, seed uint64) ptrace.Traces {
	again := ptrace.NewTraces()
	td.CopyTo(again)
	rnd := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same in every run
	other := byte(1 + rnd.IntN(255))
	eachSpan(again, func(span ptrace.Span) {
		id := span.TraceID()
		id[0] ^= other
		span.SetTraceID(id)
		span.SetStartTimestamp(span.StartTimestamp() + 60e9)
		span.SetEndTimestamp(span.EndTimestamp() + 60e9)
	})
	again.ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
	return td
}

// said is what the spans say together, and how many of them are calls that were answered or failed.
func said(batches []ptrace.Traces) (nano int64, calls int) {
	for _, td := range batches {
		eachSpan(td, func(span ptrace.Span) {
			switch genai.TextOf(span.Attributes(), genai.CostStatus) {
			case genai.StatusPriced, genai.StatusReported, genai.StatusEstimated, genai.StatusFree:
				total, _ := span.Attributes().Get(genai.CostTotal)
				nano += int64(math.Round(total.Double() * 1e9))
				calls++
			case genai.StatusUnpriced:
				calls++
			}
		})
	}
	return nano, calls
}

// A mock that gives its answers the ids and counts of earlier ones is not taken for a second report of them.
func TestRepeatedIDsOfAMock(t *testing.T) {
	for _, client := range []string{"vercel-ai-v7", "openinference-anthropic", "langsmith", "otel-semconv-openai"} {
		once, _ := said(priced(t, "", capture(t, client)))
		twice, _ := said(priced(t, "", repeated(capture(t, client), 1)))
		require.Equal(t, 2*once, twice, client)
		require.Positive(t, once, client)
	}
}
