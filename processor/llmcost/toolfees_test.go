package llmcost

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const mastras = "@mastra/otel-exporter"

// ranTool is the span of a tool that the provider ran, in the same span as the call of calledModel.
func ranTool(id byte, call string, from, to int) ptrace.Traces {
	td := byLibrary{by: mastras, from: from, to: to}.span(id)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.Attributes().Clear()
	for key, value := range map[string]string{
		genai.OperationName: genai.OpExecuteTool, genai.ToolName: "web_search", "gen_ai.tool.call.id": call, "mastra.span.type": "provider_tool_call",
	} {
		span.Attributes().PutStr(key, value)
	}
	return inStep(td)
}

func calledModel(id byte, from, to int) ptrace.Traces {
	return inStep(byLibrary{by: mastras, from: from, to: to}.span(id))
}

func inStep(td ptrace.Traces) ptrace.Traces {
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetTraceID(pcommon.TraceID{1})
	span.SetParentSpanID(pcommon.SpanID{99})
	return td
}

// What a provider ran for a call is priced with the call that was under way then, once, whoever tells it again.
func TestToolsThatSpansOfTheirOwnTell(t *testing.T) {
	var many []ptrace.Traces
	for i := range toolsTogether + 1 {
		many = append(many, ranTool(byte(10+i), fmt.Sprintf("srvtoolu_%d", i), 10, 20))
	}
	search, call := ranTool(2, "srvtoolu_01", 10, 20), calledModel(3, 0, 900)
	for name, tc := range map[string]struct {
		spans     []ptrace.Traces
		fees      int64 // nano-USD
		estimated int
	}{
		"a search":                    {[]ptrace.Traces{search, call}, 10_000_000, 0},
		"two searches":                {[]ptrace.Traces{search, ranTool(4, "srvtoolu_02", 30, 40), call}, 20_000_000, 0},
		"told again":                  {[]ptrace.Traces{search, search, call}, 10_000_000, 0},
		"of the call before":          {[]ptrace.Traces{search, calledModel(4, 1000, 1900), call}, 10_000_000, 0},
		"of nobody's":                 {[]ptrace.Traces{search, calledModel(4, 1000, 1900)}, 0, 0},
		"not by the provider's id":    {[]ptrace.Traces{ranTool(2, "toolu_01", 10, 20), call}, 0, 1},
		"more than are told apart":    {append(many, call), toolsTogether * 10_000_000, 1},
		"a page may have been opened": {[]ptrace.Traces{ranTool(2, "ws_01", 10, 20), call}, 10_000_000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			all, apart := ptrace.NewTraces(), startProcessor(t, nil)
			var one []ptrace.Traces
			calls := int64(0)
			for _, td := range tc.spans {
				if _, tool := attributesOf(td)[genai.ToolName]; !tool {
					calls++
				}
				copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
				one = append(one, apart.process(t, copyOf(td)))
			}
			want := calls*4_800_000 + tc.fees
			for how, got := range map[string]sum{"in one request": sumOf(startProcessor(t, nil).process(t, all)), "one by one": sumOf(one...)} {
				require.Equal(t, want, got.nano, how)
				require.Equal(t, tc.estimated, got.statuses[genai.StatusEstimated], how)
			}
			again := apart.process(t, copyOf(tc.spans[len(tc.spans)-1]))
			require.Equal(t, attributesOf(one[len(one)-1]), attributesOf(again), "the call comes again")
		})
	}
}
