package dialect

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// cline tells its calls in log records only, each with the name of the event as its body. Its input leaves out what a cache gave or took.
var cline = &client{
	name:   genai.AgentCline,
	scopes: []scope{{name: genai.AgentCline}},
	events: map[string]logReader{"task.tokens": clineTokens},
	traits: traits{localAgents: true},
}

func clineTokens(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, canonical(genai.TextOf(attrs, "provider")))
	c.Conversation = genai.TextOf(attrs, "ulid")
	read, write := count(attrs, "cacheReadTokens"), count(attrs, "cacheWriteTokens")
	logUsage(c, genai.Usage{
		Input: count(attrs, "tokensIn") + read + write, Output: count(attrs, "tokensOut"), CacheRead: read, CacheWrite: write,
	})
	if usd, ok := number(attrs, "totalCost"); ok && usable(usd) {
		c.CostSource, c.ReportedUSD = CostClient, usd
	}
	return true
}
