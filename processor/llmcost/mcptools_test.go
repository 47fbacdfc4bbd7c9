package llmcost

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// mcpSpan is a request of MCP, as its SDKs and servers tell it.
type mcpSpan struct {
	by, name string
	kind     ptrace.SpanKind
	from, to int
	attrs    map[string]any
}

func (m mcpSpan) span(t *testing.T, id byte) ptrace.Traces {
	td := toldTool{by: m.by, kind: m.kind, from: m.from, to: m.to}.span(id)
	span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	span.SetName(m.name)
	require.NoError(t, span.Attributes().FromRaw(m.attrs))
	return td
}

func toolNames(parts ...ptrace.Traces) (names []string) {
	for _, td := range parts {
		eachSpan(td, func(span ptrace.Span) {
			var op genai.Operation
			if genai.ReadCanonical(span, &op) && op.Kind == genai.Tool {
				names = append(names, op.Tool)
			}
		})
	}
	return names
}

// A request for a tool is a run of it, whoever tells it, and no other request is.
func TestToolsOfMCP(t *testing.T) {
	const server, client = ptrace.SpanKindServer, ptrace.SpanKindClient
	for name, tc := range map[string]struct {
		span mcpSpan
		tool string
	}{
		"FastMCP": {mcpSpan{by: "fastmcp", name: "tools/call greet", kind: server, attrs: map[string]any{
			"mcp.method.name": "tools/call", genai.ToolName: "greet", "fastmcp.component.key": "tool:greet@",
		}}, "greet"},
		"FastMCP's first": {mcpSpan{by: "fastmcp", name: "tools/call greet", kind: server, attrs: map[string]any{
			"mcp.method.name": "tools/call", "rpc.system": "mcp", "fastmcp.component.type": "tool",
		}}, "greet"},
		"Python's SDK": {mcpSpan{by: "mcp-python-sdk", name: "MCP send tools/call greet", kind: client, attrs: map[string]any{
			"mcp.method.name": "tools/call", "jsonrpc.request.id": "3",
		}}, "greet"},
		"the conventions": {mcpSpan{by: "x", name: "tools/call greet", kind: client, attrs: map[string]any{
			"mcp.method.name": "tools/call", genai.OperationName: genai.OpExecuteTool, genai.ToolName: "greet",
		}}, "greet"},
		"Sentry":   {mcpSpan{by: "sentry", name: "tools/call greet", attrs: map[string]any{"mcp.method.name": "tools/call", "mcp.tool.name": "greet"}}, "greet"},
		"a list":   {mcpSpan{by: "fastmcp", name: "tools/list", kind: client, attrs: map[string]any{"mcp.method.name": "tools/list"}}, ""},
		"a prompt": {mcpSpan{by: "fastmcp", name: "prompts/get hi", attrs: map[string]any{"mcp.method.name": "prompts/get", "gen_ai.prompt.name": "hi"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := toolNames(startProcessor(t, nil).process(t, tc.span.span(t, 1)))
			if tc.tool == "" {
				require.Empty(t, got)
				return
			}
			require.Equal(t, []string{tc.tool}, got)
		})
	}
}

// A server that is mounted in another, or that another stands for, tells of one run again, under a name of its own.
func TestARunThatIsPassedOn(t *testing.T) {
	call := func(name string, kind ptrace.SpanKind, from, to int, more map[string]any) mcpSpan {
		attrs := map[string]any{"mcp.method.name": "tools/call", genai.ToolName: name}
		for k, v := range more {
			attrs[k] = v
		}
		return mcpSpan{by: "fastmcp", name: "tools/call " + name, kind: kind, from: from, to: to, attrs: attrs}
	}
	const server, client = ptrace.SpanKindServer, ptrace.SpanKindClient
	mounted := map[string]any{"fastmcp.provider.type": "FastMCPProvider", "fastmcp.delegate.original_name": "get"}
	proxy := map[string]any{"fastmcp.provider.type": "ProxyProvider", "fastmcp.proxy.backend_name": "get"}
	local := map[string]any{"fastmcp.provider.type": "LocalProvider"}
	for name, tc := range map[string]struct {
		spans []mcpSpan
		runs  int
	}{
		"mounted": {[]mcpSpan{
			call("weather_get", client, 0, 900, nil), call("weather_get", server, 10, 890, mounted), call("get", server, 20, 880, local),
		}, 1},
		"stood for": {[]mcpSpan{
			call("weather_get", client, 0, 900, nil), call("weather_get", server, 10, 890, proxy),
			call("get", client, 20, 880, map[string]any{"fastmcp.provider.type": "ProxyProvider"}), call("get", client, 30, 870, nil),
			call("get", server, 40, 860, local),
		}, 1},
		"two mounted ones": {[]mcpSpan{
			call("weather_get", server, 0, 900, mounted), call("news_get", server, 1000, 1900, mounted), call("get", server, 10, 890, local),
			call("get", server, 1010, 1890, local),
		}, 2},
		"one that runs another": {[]mcpSpan{call("get", server, 0, 900, local), call("get", server, 10, 890, local)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var spans []ptrace.Traces
			for i, s := range tc.spans {
				spans = append(spans, s.span(t, byte(i+1)))
			}
			for range 2 { // as they began, and as they ended
				all, apart := ptrace.NewTraces(), startProcessor(t, nil)
				for _, kind := range []ptrace.SpanKind{server, client} { // now it knows that there are several
					other := mcpSpan{by: "fastmcp", name: "tools/call x", kind: kind, attrs: map[string]any{"mcp.method.name": "tools/call"}}.span(t, byte(90+kind))
					other.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetTraceID(pcommon.TraceID{9})
					apart.process(t, other)
				}
				var one, again []ptrace.Traces
				for _, td := range spans {
					copyOf(td).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
					one = append(one, apart.process(t, copyOf(td)))
				}
				for _, td := range spans {
					again = append(again, apart.process(t, copyOf(td)))
				}
				require.Len(t, toolNames(startProcessor(t, nil).process(t, all)), tc.runs, "in one request")
				require.Len(t, toolNames(one...), tc.runs, "one by one")
				require.Equal(t, one, again, "sent again")
				slices.Reverse(spans)
			}
		})
	}
}
