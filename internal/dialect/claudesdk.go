package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The Claude Agent SDK runs Claude Code. One process answers all turns of a session, and the cost that it tells after each is the sum
// since the process began; a query has a process of its own. The usage is the turn's, without the calls of sub-agents and of other models.

// claudeSDKTurn says that a span is one turn of such a session, where the instrumentation tells it from a query.
func claudeSDKTurn(r *reading) bool {
	n := r.span.Name()
	return strings.HasSuffix(n, ".receive_response") || n == "ClaudeAgent.turn"
}

// claudeSDKRun says that an agent's span is a query or a turn, and no sub-agent, which tells no usage. A run without usage was let go.
func claudeSDKRun(r *reading) bool {
	n := r.span.Name()
	return r.hasPair() || claudeSDKTurn(r) || n == "ClaudeAgent.query" || n == "ClaudeAgent.prompt" || n == "ClaudeAgentSDK.query"
}

// claudeSDKTurnHides: of a turn the calls of sub-agents and of other models are in the sum only.
func claudeSDKTurnHides(r *reading, _ *genai.Usage) string {
	if claudeSDKTurn(r) {
		return genai.ReasonHiddenTokens
	}
	return ""
}

func otherCallsHidden(*reading, *genai.Usage) string { return genai.ReasonHiddenTokens }

// namesModel: of OpenLIT's and Logfire's spans of agents a sub-agent's names no model; what OpenLIT says of its input is a total.
func namesModel(r *reading) bool { return r.f.hasModel() }
