package llmcost

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The signals in which a command-line agent tells of its calls; off is none of them.
const (
	signalTraces  = "traces"
	signalLogs    = "logs"
	signalMetrics = "metrics"
	signalOff     = "off"
)

// defaultCLIAgents is the signal that tells most: how long calls took, and what they belong to.
func defaultCLIAgents() map[string]string {
	return map[string]string{
		genai.AgentClaudeCode: signalTraces,
		genai.AgentCline:      signalLogs,
		genai.AgentCodex:      signalTraces,
		genai.AgentGeminiCLI:  signalTraces,
		genai.AgentQwenCode:   signalTraces,
	}
}

// aside says whether what comes in a signal under a scope counts for nothing, and why; undecided is what may count.
func (c *Config) aside(scope, signal string) outcome {
	if agent := genai.CLIAgent(scope); agent != "" && c.CLIAgents[agent] != signal {
		return otherSignal
	}
	if slices.Contains(c.IgnoreScopes, scope) {
		return ignoredScope
	}
	return undecided
}

// asideOf is the cost of what counts for nothing.
func asideOf(why outcome) costing {
	return costing{status: genai.StatusDuplicate, reason: why.reason()}
}

func (c *Config) checkCLIAgents() (errs []error) {
	for _, agent := range slices.Sorted(maps.Keys(c.CLIAgents)) {
		if !slices.Contains(genai.CLIAgents, agent) {
			errs = append(errs, fmt.Errorf("cli_agents: must be one of %s, got %q", strings.Join(genai.CLIAgents, ", "), agent))
			continue
		}
		errs = append(errs, oneOf("cli_agents::"+agent, c.CLIAgents[agent], signalTraces, signalLogs, signalMetrics, signalOff))
	}
	return errs
}
