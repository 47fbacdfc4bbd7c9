package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// eve is Vercel's framework for agents. Its calls follow the conventions; at first they told their usage under its own names, which steps and
// tools still do, and had the AI SDK's names for a span and the span around it. It counts as the AI SDK does since 6.
var eve = &client{
	name:   "eve",
	scopes: []scope{{name: "eve"}, {name: "eve.*"}},
	own: join(
		tallies(nOldestInput, "agent.usage.input_tokens"),
		tallies(nOldestOutput, "agent.usage.output_tokens"),
		tallies(nCacheRead, "agent.usage.cache_read_tokens"),
		tallies(nCacheWrite, "agent.usage.cache_write_tokens"),
	),
	kind: func(r *reading) (v verdict) {
		switch name := r.span.Name(); {
		case name == "agent.step":
			v = verdict{genai.Step, ""}
		case strings.HasPrefix(name, "ai.") && strings.Contains(name, "Text"):
			v = vercelKind(r, name)
		}
		return v
	},
	traits: traits{localAgents: true, prefixed: true, hides: unbilledCohere},
}
