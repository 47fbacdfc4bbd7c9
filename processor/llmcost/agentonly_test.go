package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// An agent whose calls nobody tells of is never free in silence.
func TestUsageOnTheAgentOnly(t *testing.T) {
	agent := map[string]any{genai.OperationName: "invoke_agent", genai.AgentName: "a"}
	bare := map[string]any{
		genai.OperationName: "invoke_agent", genai.AgentName: "a", genai.UsageInput: nil, genai.UsageOutput: nil,
	}
	call := report{id: 2, parent: 1, from: 1, to: 3}
	run := report{id: 1, to: 4, attrs: agent, internal: true}
	step := report{id: 1, to: 4, attrs: map[string]any{genai.OperationName: "step"}, internal: true}
	for name, tc := range map[string]struct {
		requests [][]report
		reasons  map[byte]string // by span
	}{
		"alone":                      {[][]report{{run}}, map[byte]string{1: genai.ReasonAgentOnly}},
		"a step alone":               {[][]report{{step}}, map[byte]string{1: genai.ReasonAgentOnly}},
		"a step and a call, flat":    {[][]report{{step, {id: 2, from: 1, to: 3}}}, map[byte]string{1: genai.ReasonAgentSpan}},
		"with its call":              {[][]report{{run, call}}, map[byte]string{1: genai.ReasonAgentSpan}},
		"after its call":             {[][]report{{call}, {run}}, map[byte]string{1: genai.ReasonAgentSpan}},
		"without usage":              {[][]report{{{id: 1, to: 4, attrs: bare, internal: true}}}, map[byte]string{1: genai.ReasonAgentSpan}},
		"one in the other, one told": {[][]report{{run, {id: 3, parent: 1, to: 3, attrs: agent, internal: true}}}, map[byte]string{1: genai.ReasonAgentSpan, 3: genai.ReasonAgentOnly}},
	} {
		p := startProcessor(t, nil)
		for _, request := range tc.requests {
			eachSpan(p.process(t, together(request...)), func(s ptrace.Span) {
				id := s.SpanID()
				want, ok := tc.reasons[id[0]]
				if !ok {
					return
				}
				got := s.Attributes().AsRaw()
				require.Equal(t, want, got[genai.CostReason], name)
				require.NotContains(t, got, genai.CostTotal)
				var op genai.Operation
				require.True(t, genai.ReadCanonical(s, &op))
				require.Contains(t, []genai.Kind{genai.Agent, genai.Step}, op.Kind, name)
			})
		}
	}
}
