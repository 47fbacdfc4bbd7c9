package llmcost

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
)

// sale is who sold a call, and how a span may tell that: by the provider's name, an address, or the shape of the model's id.
type sale struct {
	seller, model         string // as the table has them
	names, addresses, ids []string
}

var sales = []sale{
	{"openai", "gpt-5", []string{"openai"}, []string{"", "api.openai.com"}, []string{"gpt-5", "openai/gpt-5"}},
	{"anthropic", "claude-sonnet-4-5", []string{"anthropic"}, []string{"", "api.anthropic.com"}, []string{"claude-sonnet-4-5", "claude-sonnet-4-5-20250929"}},
	{"groq", "openai/gpt-oss-120b", []string{"groq", "openai"}, []string{"api.groq.com"}, []string{"openai/gpt-oss-120b"}},
	{"groq", "openai/gpt-oss-120b", []string{"openai"}, []string{""}, []string{"groq/openai/gpt-oss-120b"}},
	{"openrouter", "anthropic/claude-sonnet-4.5", []string{"openai", "anthropic"}, []string{"openrouter.ai"}, []string{"anthropic/claude-sonnet-4.5"}},
	{"aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", []string{"aws.bedrock", "anthropic"}, []string{"", "bedrock-runtime.us-east-1.amazonaws.com"}, []string{"us.anthropic.claude-sonnet-4-5-20250929-v1:0"}},
	{"google", "gemini-2.5-flash", []string{"gcp.gemini", "openai"}, []string{"generativelanguage.googleapis.com"}, []string{"gemini-2.5-flash", "models/gemini-2.5-flash"}},
}

// teller is a sender, and what its counts are known to leave out: cached tokens of the input, thinking tokens of the output.
type teller struct {
	scope, version  string
	cached, thought func(provider string) bool
}

func never(string) bool { return false }

func anthropicOrAmazon(p string) bool { return p == "anthropic" || p == "aws.bedrock" }

func google(p string) bool { return p == "gcp.gemini" }

var tellers = []teller{
	{"opentelemetry.instrumentation.anthropic", "0.60.0", never, never},
	{"pydantic-ai", "1.0.0", never, never},
	{"openlit.instrumentation.anthropic", "1.45.0", func(string) bool { return true }, never},
	{"@traceloop/instrumentation-anthropic", "0.20.0", func(string) bool { return true }, never},
	{"@traceloop/instrumentation-anthropic", "0.28.0", never, never},
	{"pipecat", "", anthropicOrAmazon, google},
	{"gemini-cli", "", never, google},
	{"agent_framework", "", anthropicOrAmazon, google},
	{"", "", never, never},              // nobody knows it: what follows the conventions
	{"", "", anthropicOrAmazon, google}, // or passes on what it was told
}

// Over senders, sellers, addresses, shapes of ids, totals and parts: what is `priced` is what was billed, by whoever sold it; what contradicts
// itself never is; and what a known sender tells without contradiction is.
func TestWhatIsPricedIsTheBill(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 9))
	table, p := pricing.Default(), startProcessor(t, nil)
	end := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	one := func(from []string) string { return from[rnd.IntN(len(from))] }
	priced, doubted := map[string]int{}, 0
	for range 8_000 {
		s, by := &sales[rnd.IntN(len(sales))], &tellers[rnd.IntN(len(tellers))]
		name := one(s.names)
		billed := pricing.Usage{Input: 5000 + rnd.Int64N(9000), Output: 1000 + rnd.Int64N(900)}
		if rnd.IntN(3) > 0 {
			billed.CacheRead = 1 + rnd.Int64N(billed.Input-1)
		}
		if s.seller == "openai" || s.seller == "google" || s.seller == "groq" {
			billed.Reasoning = rnd.Int64N(billed.Output)
		}
		in, out := billed.Input, billed.Output
		if by.cached(name) {
			in -= billed.CacheRead
		}
		if by.thought(name) {
			out -= billed.Reasoning
		}
		attrs := evidence{name, one(s.addresses), "", one(s.ids)}.attributes(map[string]any{
			genai.UsageInput: in, genai.UsageOutput: out, genai.UsageCacheRead: billed.CacheRead, genai.UsageReasoning: billed.Reasoning,
		})
		torn := false
		switch rnd.IntN(5) {
		case 0:
			attrs["gen_ai.usage.total_tokens"] = billed.Input + billed.Output
		case 1:
			if by.scope == "" || !by.thought(name) { // those that leave thoughts out have no sum of their own
				attrs["gen_ai.usage.total_tokens"] = in + out
			}
		case 2:
			attrs["gen_ai.usage.total_tokens"], torn = billed.Input+billed.Output+30_000, s.seller != "google" // whose total holds thoughts
		case 3:
			if attrs["server.address"] != nil {
				attrs["url.full"], torn = "https://api.cerebras.ai/v1", true
			}
		}
		if s.seller == "google" && attrs["gen_ai.usage.total_tokens"] == billed.Input+billed.Output+30_000 {
			continue
		}
		td := chat(attrs)
		scope := td.ResourceSpans().At(0).ScopeSpans().At(0).Scope()
		scope.SetName(by.scope)
		scope.SetVersion(by.version)
		got := attributesOf(p.process(t, td))
		if got[genai.CostStatus] != genai.StatusPriced {
			doubted++
			known := by.scope != "" && !torn
			require.False(t, known && name != "openai" && got[genai.CostReason] != genai.ReasonGuessedUsage, "%v %v: %v", *by, attrs, got)
			continue
		}
		require.False(t, torn, "%v %v: %v", *by, attrs, got)
		cost, err := table.Find(s.seller, s.model).Price(&pricing.Call{Provider: s.seller, Model: s.model, Time: end, Usage: billed}, pricing.Factor{})
		require.NoError(t, err)
		require.InDelta(t, float64(cost.Total)/1e9, got[genai.CostTotal], 1e-12, "%v %v: %v", *by, attrs, got)
		priced[s.seller]++
	}
	for _, s := range sales {
		require.Greater(t, priced[s.seller], 100, s.seller)
	}
	require.Greater(t, doubted, 1000)
}
