package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var tAgentaNode = newText()

// agenta is Agenta's SDK, which tells LiteLLM's counts under names of its own, and of its cache what was read.
var agenta = &client{
	name:   "agenta",
	scopes: []scope{{name: "agenta*"}},
	keys: join(
		texts(tAgentaNode, genAI, "ag.type.node"),
		texts(tRequestModel, genAI, "ag.meta.configuration.model"),
		tallies(nOldInput, "ag.metrics.unit.tokens.prompt"),
		tallies(nOldOutput, "ag.metrics.unit.tokens.completion"),
		tallies(nTotal, "ag.metrics.unit.tokens.total"),
		tallies(nCacheRead, "ag.metrics.unit.tokens.cache_read"),
		values(vCostOther, genAI, "ag.metrics.unit.costs.total"),
	),
	words:  []word{{fact: tAgentaNode}},
	traits: traits{localAgents: true, prefixed: true, hides: agentaWrites},
}

func agentaWrites(r *reading, u *genai.Usage) string {
	if r.f.texts[tAgentaNode] == "" { // its tracer of Pi tells all
		return ""
	}
	return untoldWrites(r, u)
}
