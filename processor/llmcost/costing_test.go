package llmcost

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Where a cost comes from, rule by rule: each row would have another answer without one condition of costOf.
func TestWhereACostComesFrom(t *testing.T) {
	type raw = map[string]any
	call := func(more raw) raw {
		all := raw{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "ours", "gen_ai.request.model": "plain",
			"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100,
		}
		maps.Copy(all, more)
		return all
	}
	row := func(model string, prices raw) any { return raw{"match": raw{"equals": model}, "prices": prices} }
	own := func(c *Config) {
		c.Prices.Models = []any{
			row("plain", raw{"input_mtok": 1, "output_mtok": 2}),
			row("ranker", raw{"rerank_searches_kcount": 2}), row("ranker with tokens", raw{"input_mtok": 1, "output_mtok": 2, "rerank_searches_kcount": 2}),
			row("research", raw{"input_mtok": 1, "output_mtok": 2, "output_reasoning_mtok": 2}),
			row("by request", raw{"input_mtok": 1, "output_mtok": 2, "requests_kcount": 5}),
		}
	}
	and := func(more func(*Config)) func(*Config) {
		return func(c *Config) {
			own(c)
			more(c)
		}
	}
	const unknown, price = "nobody-knows-it", 0.0012
	guess := raw{"gen_ai.usage.cost": 0.5}
	for name, c := range map[string]struct {
		change         func(*Config)
		in             raw
		status, reason string
		total          float64
	}{
		"the table":                      {own, call(nil), genai.StatusPriced, "", price},
		"a failed call with usage":       {own, call(raw{"error.type": "500"}), genai.StatusPriced, "", price},
		"the model asked for":            {own, call(raw{"gen_ai.response.model": unknown}), genai.StatusPriced, "", price},
		"the model that answered":        {own, call(raw{"gen_ai.request.model": unknown, "gen_ai.response.model": "plain"}), genai.StatusPriced, "", price},
		"it goes first":                  {own, call(raw{"gen_ai.request.model": "by request", "gen_ai.response.model": "plain"}), genai.StatusPriced, "", price},
		"neither":                        {own, call(raw{"gen_ai.request.model": unknown, "gen_ai.response.model": unknown + "-2"}), genai.StatusUnpriced, genai.ReasonUnknownModel, 0},
		"a row with no rate for it":      {own, call(raw{"gen_ai.request.model": "ranker"}), genai.StatusUnpriced, genai.ReasonNoRate, 0},
		"a client's guess without a row": {own, call(with(guess, raw{"gen_ai.request.model": unknown})), genai.StatusEstimated, genai.ReasonClientEstimate, 0.5},
		"a client's guess beside a row":  {own, call(guess), genai.StatusPriced, "", price},
		"ignored": {
			and(func(c *Config) { c.ReportedCost = reportedIgnore }), call(with(guess, raw{"gen_ai.request.model": unknown})),
			genai.StatusUnpriced, genai.ReasonUnknownModel, 0,
		},
		"alone": {and(func(c *Config) { c.ReportedCost = reportedOnly }), call(guess), genai.StatusEstimated, genai.ReasonClientEstimate, 0.5},
		"alone, and not told": {
			and(func(c *Config) { c.ReportedCost = reportedOnly }), call(nil), genai.StatusUnpriced, genai.ReasonNotReported, 0,
		},
		"a bill": {own, call(with(guess, raw{"gen_ai.usage.cost.source": "provider"})), genai.StatusReported, "", 0.5},
		"no bill can be so large": {
			own, call(raw{"gen_ai.usage.cost": 1e30, "gen_ai.usage.cost.source": "provider"}), genai.StatusUnpriced, genai.ReasonBadUsage, 0,
		},
		"a bill that is ignored": {
			and(func(c *Config) { c.ReportedCost = reportedIgnore }), call(with(guess, raw{"gen_ai.usage.cost.source": "provider"})), genai.StatusPriced, "", price,
		},
		"a rate for unknown models": {
			and(func(c *Config) {
				c.UnknownModel = UnknownModelConfig{unknownEstimate, raw{"input_mtok": 1, "output_mtok": 2}}
			}),
			call(raw{"gen_ai.request.model": unknown}), genai.StatusEstimated, genai.ReasonFallbackRate, price,
		},
		"one with no rate for it": {
			and(func(c *Config) {
				c.UnknownModel = UnknownModelConfig{unknownEstimate, raw{"rerank_searches_kcount": 1}}
			}),
			call(raw{"gen_ai.request.model": unknown}), genai.StatusUnpriced, genai.ReasonNoRate, 0,
		},
		"a server of one's own, without usage": {
			nil, raw{"gen_ai.operation.name": "chat", "gen_ai.request.model": "llama3", "server.address": "127.0.0.1"}, genai.StatusUnpriced, genai.ReasonNoUsage, 0,
		},
		"a server of one's own": {
			nil, call(raw{"gen_ai.request.model": "llama3", "server.address": "127.0.0.1"}), genai.StatusUnpriced, genai.ReasonLocalServer, 0,
		},
		"where the client guesses": {
			nil, call(with(guess, raw{"gen_ai.request.model": "llama3", "server.address": "127.0.0.1"})), genai.StatusEstimated, genai.ReasonClientEstimate, 0.5,
		},
		"searches of a reranker": {
			own, raw{"gen_ai.operation.name": "rerank", "gen_ai.request.model": "ranker", "gen_ai.usage.search_units": 3}, genai.StatusPriced, "", 0.006,
		},
		"of which it does not tell": {
			own, raw{"gen_ai.operation.name": "rerank", "gen_ai.request.model": "ranker"}, genai.StatusEstimated, genai.ReasonHiddenTokens, 0.002,
		},
		"of no reranker":            {own, call(raw{"gen_ai.request.model": "ranker with tokens"}), genai.StatusPriced, "", price},
		"your own reasoning":        {own, call(raw{"gen_ai.request.model": "research"}), genai.StatusPriced, "", price},
		"your own price by request": {own, call(raw{"gen_ai.request.model": "by request"}), genai.StatusPriced, "", price + 0.005},
	} {
		t.Run(name, func(t *testing.T) {
			got := attributesOf(startProcessor(t, c.change).process(t, spanWith(c.in)))
			require.Equal(t, c.status, got[genai.CostStatus])
			reason, _ := got[genai.CostReason].(string)
			require.Equal(t, c.reason, reason)
			total, _ := got[genai.CostTotal].(float64)
			require.Equal(t, c.total, total)
		})
	}
}

func with(base, more map[string]any) map[string]any {
	all := maps.Clone(base)
	maps.Copy(all, more)
	return all
}

// A report without a bill is no bill of 0: with reported_cost only, and on a server of one's own, what is billed counts, whichever report comes first.
func TestABillThatComesSecond(t *testing.T) {
	without := called(1000, 100)
	without[genai.RequestModel], without["server.address"] = "deepseek-r1", "10.0.0.1"
	billed := called(1000, 100)
	billed[genai.UsageCost], billed[genai.UsageCost+".source"] = 0.5, "provider"
	n := nest{spans: []nested{{attrs: without}, {attrs: billed}}}
	for _, reported := range []string{reportedOnly, reportedPrefer} {
		for _, order := range orders(2) {
			p := startProcessor(t, func(c *Config) { c.ReportedCost = reported })
			got := sumOf(p.process(t, n.request(order[0]...)), p.process(t, n.request(order[1]...)))
			require.Equal(t, int64(500_000_000), got.nano, "%s %v", reported, order)
		}
	}
}
