package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// continueCLI tells its tokens in a metric only. What it says beside them that they cost is not read: of a model that is not in its own short
// list, which is matched by the beginning of names, it is that of another model (gpt-4.1 at the price of gpt-4) or made up.
var continueCLI = &client{
	name:    genai.AgentContinue,
	scopes:  []scope{{name: genai.AgentContinue}},
	metrics: map[string]pointReader{"continue_cli_token_usage": continueTokens},
	traits:  traits{localAgents: true},
}

// continueTokens: as the provider counts them, so Anthropic's input leaves out what a cache gave or took. Of all others it tells of no cache.
func continueTokens(attrs pcommon.Map, c *Call) string {
	logCall(attrs, c, "", "")
	model := strings.ToLower(c.RequestModel)
	switch {
	case strings.Contains(model, "claude"):
		c.Provider = "anthropic"
	case strings.HasPrefix(model, "gpt-"):
		c.Provider = "openai"
	}
	switch genai.TextOf(attrs, "type") {
	case "input":
		if c.Provider == "anthropic" {
			return genai.TokensInputUncached
		}
		return genai.TokensInput
	case "cacheRead":
		return genai.TokensCacheRead
	case "cacheCreation":
		return genai.TokensCacheWrite
	case "output":
		return genai.TokensOutput
	}
	return ""
}
