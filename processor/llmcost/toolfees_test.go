package llmcost

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost/internal/metadatatest"
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

// pieceOf is a piece of a stream that tells such a tool, in the span with the given id.
func pieceOf(id, in byte, call string, at int) ptrace.Traces {
	td := ranTool(id, call, at, at)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetParentSpanID(pcommon.SpanID{in})
	span.Attributes().Clear()
	for key, value := range map[string]string{
		genai.OperationName: "model_chunk", "mastra.span.type": "model_chunk", "mastra.metadata.toolCallId": call, "mastra.metadata.toolName": "web_search",
	} {
		span.Attributes().PutStr(key, value)
	}
	return td
}

// stepIn is a step of the span with the given id.
func stepIn(id, in byte) ptrace.Traces {
	td := calledModel(id, 0, 900)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetParentSpanID(pcommon.SpanID{in})
	span.Attributes().Clear()
	span.Attributes().PutStr(genai.OperationName, "agent_step")
	span.Attributes().PutStr("mastra.span.type", "model_step")
	return td
}

// Before its 1.17 Mastra told of such tools by pieces of the stream only, before 1.12 in a step of the call. A piece and a span of one run are one.
func TestToolsThatPiecesOfAStreamTell(t *testing.T) {
	call, step := calledModel(3, 0, 900), stepIn(4, 3)
	for name, tc := range map[string]struct {
		spans []ptrace.Traces
		fees  int64
	}{
		"in the call":                  {[]ptrace.Traces{pieceOf(2, 3, "srvtoolu_01", 20), call}, 10_000_000},
		"in a step of the call":        {[]ptrace.Traces{pieceOf(2, 4, "srvtoolu_01", 20), step, call}, 10_000_000},
		"two in a step":                {[]ptrace.Traces{pieceOf(2, 4, "srvtoolu_01", 20), step, pieceOf(5, 4, "srvtoolu_02", 30), call}, 20_000_000},
		"and a span of its own":        {[]ptrace.Traces{pieceOf(2, 3, "srvtoolu_01", 20), ranTool(5, "srvtoolu_01", 10, 20), call}, 10_000_000},
		"of the application's own":     {[]ptrace.Traces{pieceOf(2, 3, "toolu_01", 20), call}, 0},
		"in a step of another's":       {[]ptrace.Traces{pieceOf(2, 4, "srvtoolu_01", 20), stepIn(4, 7), call}, 0},
		"when the call was over":       {[]ptrace.Traces{pieceOf(2, 3, "srvtoolu_01", 2000), call}, 0},
		"in a step, told before it is": {[]ptrace.Traces{step, pieceOf(2, 4, "srvtoolu_01", 20), call}, 10_000_000},
	} {
		t.Run(name, func(t *testing.T) {
			all, apart := ptrace.NewTraces(), startProcessor(t, nil)
			var one []ptrace.Traces
			for _, td := range tc.spans {
				copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
				one = append(one, apart.process(t, copyOf(td)))
			}
			require.Equal(t, 4_800_000+tc.fees, sumOf(startProcessor(t, nil).process(t, all)).nano, "in one request")
			require.Equal(t, 4_800_000+tc.fees, sumOf(one...).nano, "one by one")
		})
	}
}

// A run that no call has taken is a number: for a moment where its call is to come, and for good where it came too late.
func TestToolsThatComeTooLate(t *testing.T) {
	p, told := startMeasured(t)
	search, call := ranTool(2, "srvtoolu_01", 10, 20), calledModel(3, 0, 900)
	for _, step := range []struct {
		span     ptrace.Traces
		unbilled int64
	}{
		{search, 1}, {call, 0}, {call, 0}, {search, 0}, // in time, and both again
		{ranTool(4, "srvtoolu_02", 30, 40), 1}, {ranTool(4, "srvtoolu_02", 30, 40), 1}, {call, 1}, // too late, and again
	} {
		p.process(t, copyOf(step.span))
		metadatatest.AssertEqualLlmcostUnbilledToolRuns(t, told, []metricdata.DataPoint[int64]{{Value: step.unbilled}}, metricdatatest.IgnoreTimestamp())
	}
}
