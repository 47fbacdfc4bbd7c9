package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Of the sum of a run of an agent and the calls that the program it drives tells in the same conversation and within it one counts, in any order.
func TestCallsOfAProgramThatIsDriven(t *testing.T) {
	talk := func(id string) map[string]any { return map[string]any{genai.ConversationID: id} }
	run := func(from, to int, id string) byLibrary {
		return byLibrary{by: "@arizeai/openinference-instrumentation-claude-agent-sdk", from: from, to: to, attrs: map[string]any{
			genai.ConversationID: id, "openinference.span.kind": "AGENT", genai.OperationName: nil, genai.UsageInput: 2400, genai.UsageOutput: 160,
		}}
	}
	call := func(from, to int, id string) byLibrary {
		return byLibrary{by: "com.anthropic.claude_code.tracing", service: "2", from: from, to: to, attrs: talk(id)}
	}
	for name, tc := range map[string]struct {
		reports []byLibrary
		nano    int64 // 1,200 tokens in and 80 out cost 4,800,000
	}{
		"a run and its calls":   {[]byLibrary{run(0, 900, "a"), call(20, 400, "a"), call(410, 880, "a")}, 9_600_000},
		"two runs":              {[]byLibrary{run(0, 900, "a"), call(20, 880, "a"), run(1000, 1900, "a"), call(1020, 1880, "a")}, 0},
		"another conversation":  {[]byLibrary{run(0, 900, "a"), call(20, 880, "b")}, 14_400_000},
		"before the run":        {[]byLibrary{run(1000, 1900, "a"), call(20, 880, "a")}, 14_400_000},
		"no conversation":       {[]byLibrary{run(0, 900, ""), call(20, 880, "")}, 14_400_000},
		"a run without its own": {[]byLibrary{run(0, 900, "a")}, 9_600_000},
	} {
		var reports []ptrace.Traces
		for i, r := range tc.reports {
			reports = append(reports, r.span(byte(i+1)))
		}
		permute(reports, func(order []ptrace.Traces) {
			all, apart := ptrace.NewTraces(), startProcessor(t, nil)
			var one []ptrace.Traces
			for _, td := range order {
				copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
				one = append(one, apart.process(t, copyOf(td)))
			}
			together, apartly := sumOf(startProcessor(t, nil).process(t, all)), sumOf(one...)
			if tc.nano == 0 { // either report of each run
				require.Equal(t, 2, together.statuses[genai.StatusDuplicate], name)
				require.Equal(t, 2, apartly.statuses[genai.StatusDuplicate], name)
				return
			}
			require.Equal(t, tc.nano, together.nano, name)
			require.Equal(t, tc.nano, apartly.nano, name)
		})
	}
}
