package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What an operation on a memory tells is counted as a guess where nothing inside it tells of a call, and else the calls are.
func TestOperationsOnAMemory(t *testing.T) {
	at := func(id, parent byte, attrs map[string]any) ptrace.Traces {
		td := spanWith(attrs)
		span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		span.SetSpanID(pcommon.SpanID{id})
		if parent != 0 {
			span.SetParentSpanID(pcommon.SpanID{parent})
		}
		return td
	}
	ask := func(op string, in, out int) map[string]any {
		return map[string]any{
			genai.OperationName: op, genai.ProviderName: "openai", genai.RequestModel: "gpt-4o-mini", genai.UsageInput: in, genai.UsageOutput: out,
		}
	}
	found := map[string]any{genai.OperationName: "search_memory", genai.ProviderName: "mem0", genai.RequestModel: "gpt-4o-mini"}
	step := map[string]any{genai.OperationName: "task"}
	for name, tc := range map[string]struct {
		spans    []ptrace.Traces
		nano     int64
		statuses map[string]int
	}{
		"nothing told":        {[]ptrace.Traces{at(1, 0, found)}, 0, map[string]int{}},
		"usage":               {[]ptrace.Traces{at(1, 0, ask("update_memory", 1000, 100))}, 210_000, map[string]int{"estimated": 1}},
		"usage, and the call": {[]ptrace.Traces{at(2, 1, ask("chat", 1000, 100)), at(1, 0, ask("update_memory", 1000, 100))}, 210_000, map[string]int{"priced": 1, "duplicate": 1}},
		"a sum of two calls": {
			[]ptrace.Traces{at(2, 1, ask("chat", 1000, 100)), at(3, 1, ask("chat", 2000, 200)), at(1, 0, ask("add_memory", 3000, 300))},
			630_000,
			map[string]int{"priced": 2, "duplicate": 1},
		},
		"a sum of calls in a step": {
			[]ptrace.Traces{at(2, 4, ask("chat", 1000, 100)), at(3, 4, ask("chat", 2000, 200)), at(4, 1, step), at(1, 0, ask("add_memory", 3000, 300))},
			630_000,
			map[string]int{"priced": 2, "duplicate": 1, "rollup": 1},
		},
		"beside the agent's call": {
			[]ptrace.Traces{at(2, 9, ask("chat", 1000, 100)), at(1, 9, ask("update_memory", 3000, 300))},
			840_000,
			map[string]int{"priced": 1, "estimated": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			all, apart := ptrace.NewTraces(), startProcessor(t, nil)
			var one []ptrace.Traces
			for _, td := range tc.spans {
				copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
				one = append(one, apart.process(t, copyOf(td)))
			}
			calls := 0
			for _, td := range one {
				eachSpan(td, func(span ptrace.Span) {
					var op genai.Operation
					if genai.ReadCanonical(span, &op) && op.IsCall() {
						calls++
					}
				})
			}
			require.Equal(t, tc.statuses["priced"]+tc.statuses["estimated"], calls, "who comes behind sees them")
			for how, got := range map[string]sum{"in one request": sumOf(startProcessor(t, nil).process(t, all)), "one by one": sumOf(one...)} {
				require.Equal(t, tc.nano, got.nano, how)
				require.Equal(t, tc.statuses, got.statuses, how)
			}
		})
	}
}
