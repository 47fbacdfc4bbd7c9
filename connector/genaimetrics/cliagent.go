package genaimetrics

import "strings"

// The command-line agents that tell usage in more than one signal, by the names of cli_agents.
const (
	agentClaudeCode = "claude-code"
	agentCodex      = "codex"
	agentGeminiCLI  = "gemini-cli"
	agentQwenCode   = "qwen-code"
)

var cliAgents = []string{agentClaudeCode, agentCodex, agentGeminiCLI, agentQwenCode}

// agentScopes are the beginnings of their instrumentation scopes, of whatever signal.
var agentScopes = [...]struct{ prefix, agent string }{
	{"com.anthropic.claude_code", agentClaudeCode},
	{"codex_", agentCodex},
	{"gemini-cli", agentGeminiCLI},
	{"qwen-code", agentQwenCode},
}

// cliAgent is the agent whose scope this is; "" is none.
func cliAgent(scope string) string {
	for i := range agentScopes {
		if strings.HasPrefix(scope, agentScopes[i].prefix) {
			return agentScopes[i].agent
		}
	}
	if scope == agentCodex {
		return agentCodex
	}
	return ""
}
