package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// mcpAgent is LastMile's mcp-agent, under a scope that the application names. Its span for one answer of an agent has the sum of the calls
// in it, which OpenLLMetry's instrumentations tell.
var mcpAgent = &client{
	name:   "mcp-agent",
	scopes: []scope{{name: "mcp-agent"}},
	sum: func(r *reading) verdict {
		if r.f.texts[tAgent] != "" && r.f.texts[tOperation] == "" && r.hasPair() && isGenerate(r.span.Name()) {
			return verdict{genai.Agent, genai.OpInvokeAgent}
		}
		return verdict{}
	},
	traits: traits{localAgents: true},
}

// isGenerate says whether a name is that of the span: AnthropicAugmentedLLM.finder.generate.
func isGenerate(name string) bool {
	return strings.HasSuffix(name, ".generate") && (strings.Contains(name, "LLM.") || strings.HasPrefix(name, "llm_"))
}
