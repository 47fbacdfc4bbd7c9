package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// toldTool is a report of a run of a tool in one trace.
type toldTool struct {
	by, service, tool string
	kind              ptrace.SpanKind
	from, to          int // milliseconds
}

func (r toldTool) span(id byte) ptrace.Traces {
	td := byLibrary{by: r.by, service: r.service, from: r.from, to: r.to}.span(id)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetTraceID(pcommon.TraceID{1})
	span.SetKind(r.kind)
	span.Attributes().Clear()
	span.Attributes().PutStr(genai.OperationName, genai.OpExecuteTool)
	span.Attributes().PutStr(genai.ToolName, r.tool)
	return td
}

func toolsIn(parts ...ptrace.Traces) (services []string) {
	for _, td := range parts {
		for _, rs := range td.ResourceSpans().All() {
			for _, span := range rs.ScopeSpans().At(0).Spans().All() {
				var op genai.Operation
				if genai.ReadCanonical(span, &op) && op.Kind == genai.Tool {
					services = append(services, genai.ServiceOf(rs.Resource().Attributes()))
				}
			}
		}
	}
	return services
}

// What several senders tell of one run of a tool is one run, in any order; what differs in anything is two.
func TestARunOfAToolThatSeveralTell(t *testing.T) {
	const framework, sdk = "agent_framework", "mcp-python-sdk"
	outer := toldTool{by: framework, tool: "forecast", from: 0, to: 900}
	client := toldTool{by: framework, tool: "forecast", kind: ptrace.SpanKindClient, from: 10, to: 890}
	server := toldTool{by: sdk, service: "-mcp", tool: "forecast", kind: ptrace.SpanKindServer, from: 40, to: 860}
	at := func(r toldTool, from, to int) toldTool {
		r.from, r.to = from, to
		return r
	}
	named := func(r toldTool, tool string) toldTool {
		r.tool = tool
		return r
	}
	for name, tc := range map[string]struct {
		reports []toldTool
		runs    int
	}{
		"framework, client, server":       {[]toldTool{outer, client, server}, 1},
		"client and server":               {[]toldTool{client, server}, 1},
		"under its server's name":         {[]toldTool{named(outer, "mcp__weather__forecast"), client, server}, 1},
		"two at once":                     {[]toldTool{outer, client, at(outer, 5, 905), at(client, 12, 880)}, 2},
		"one after the other":             {[]toldTool{outer, client, at(outer, 1000, 1900), at(client, 1010, 1890)}, 2},
		"of one sender":                   {[]toldTool{outer, at(outer, 10, 890)}, 2},
		"a tool that runs another":        {[]toldTool{outer, named(client, "geocode")}, 2},
		"only overlapping":                {[]toldTool{outer, at(client, 500, 1500)}, 2},
		"a server whose clock goes wrong": {[]toldTool{outer, at(server, 5000, 5800)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var reports []ptrace.Traces
			for i, r := range tc.reports {
				reports = append(reports, r.span(byte(i+1)))
			}
			permute(reports, func(order []ptrace.Traces) {
				all, apart := ptrace.NewTraces(), startProcessor(t, nil)
				apart.process(t, copyOf(outer.span(98)))
				apart.process(t, copyOf(named(server, "other").span(99))) // now it knows that there are several
				var one, again []ptrace.Traces
				for _, td := range order {
					copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
					one = append(one, apart.process(t, copyOf(td)))
				}
				for _, td := range order {
					again = append(again, apart.process(t, copyOf(td)))
				}
				got := toolsIn(startProcessor(t, nil).process(t, all))
				require.Len(t, got, tc.runs, "in one request")
				require.Contains(t, got, genai.ServiceOf(reports[0].ResourceSpans().At(0).Resource().Attributes()), "the outermost counts")
				require.Len(t, toolsIn(one...), tc.runs, "one by one")
				require.Equal(t, one, again, "sent again")
				second := startProcessor(t, func(c *Config) { c.TrustUpstream = true })
				for i := range again {
					again[i] = second.process(t, again[i])
				}
				require.Len(t, toolsIn(again...), tc.runs, "behind a second gateway")
			})
		})
	}
}
