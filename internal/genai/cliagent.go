package genai

import "strings"

// The command-line agents that tell usage in signals other than traces, by the names of llmcost's cli_agents and of their clients in the
// dialects.
const (
	AgentClaudeCode = "claude-code"
	AgentCline      = "cline"
	AgentCodex      = "codex"
	AgentContinue   = "continue-cli"
	AgentGeminiCLI  = "gemini-cli"
	AgentQwenCode   = "qwen-code"
)

// CLIAgents are all of them.
var CLIAgents = []string{AgentClaudeCode, AgentCline, AgentCodex, AgentContinue, AgentGeminiCLI, AgentQwenCode}

// CLIAgent is the agent whose instrumentation scope this is, of whatever signal; "" is none.
func CLIAgent(scope string) string {
	switch {
	case strings.HasPrefix(scope, "com.anthropic.claude_code"):
		return AgentClaudeCode
	case scope == AgentCline:
		return AgentCline
	case scope == AgentCodex, strings.HasPrefix(scope, "codex_"):
		return AgentCodex
	case scope == AgentContinue:
		return AgentContinue
	case strings.HasPrefix(scope, AgentGeminiCLI):
		return AgentGeminiCLI
	case strings.HasPrefix(scope, AgentQwenCode):
		return AgentQwenCode
	}
	return ""
}
