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

// signalNone is what llm.cost.counted_in says where none of them counts.
const signalNone = "none"

// defaultCLIAgents is the signal that tells most: how long calls took, and what they belong to.
func defaultCLIAgents() map[string]string {
	return map[string]string{
		genai.AgentClaudeCode: signalTraces,
		genai.AgentCline:      signalLogs,
		genai.AgentCodex:      signalTraces,
		genai.AgentContinue:   signalMetrics,
		genai.AgentGeminiCLI:  signalTraces,
		genai.AgentQwenCode:   signalTraces,
	}
}

// reasonOtherSignal is how llmcost's own telemetry counts what is told in one signal and counts in another.
const reasonOtherSignal = "other_signal"

// countedIn is the agent whose scope this is, and which signal counts instead of the one in which something comes under it; "" where it is that
// one.
func (c *Config) countedIn(scope, signal string) (agent, instead string) {
	agent = genai.CLIAgent(scope)
	switch counts := c.CLIAgents[agent]; {
	case agent == "" || counts == signal:
		return agent, ""
	case counts == signalOff || counts == "":
		return agent, signalNone
	default:
		return agent, counts
	}
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
