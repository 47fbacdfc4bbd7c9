package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

var (
	tMCPMethod   = newText()
	vMCPProvider = newValue()
	vMCPRelay    = newValue()
)

// mcp is what is told of a request of the Model Context Protocol, by its conventions, SDKs and FastMCP: one for a tool is a run of it, and any
// other (lists, resources, prompts, pings) is no operation of ours. Not everybody says execute_tool, and FastMCP's first version and Python's
// SDK's had the tool's name in that of the span alone.
var mcp = &client{
	name: "mcp",
	keys: join(
		texts(tMCPMethod, plain, "mcp.method.name"),
		texts(tTool, plain, "mcp.tool.name"),
		values(vMCPRelay, plain, "fastmcp.delegate.original_name", "fastmcp.proxy.backend_name"),
		values(vMCPProvider, plain, "fastmcp.provider.type"),
	),
	words: []word{{fact: tMCPMethod, read: mcpKind}},
}

const mcpToolCall = "tools/call"

func mcpKind(_ *reading, method string) verdict {
	if method != mcpToolCall {
		return verdict{}
	}
	return verdict{genai.Tool, genai.OpExecuteTool}
}

// mcpTool is the tool that the span's name tells: "tools/call greet", "MCP send tools/call greet".
func (r *reading) mcpTool() string {
	if r.f.texts[tMCPMethod] != mcpToolCall {
		return ""
	}
	_, tool, _ := strings.Cut(r.span.Name(), mcpToolCall+" ")
	return tool
}

// mcpRelay fills Relay: FastMCP's server passes a run on to one that is mounted in it, or that it stands for, and both tell it in one process.
func (r *reading) mcpRelay() {
	if v, ok := r.f.value(vMCPRelay); ok && v.Type() == pcommon.ValueTypeStr {
		r.op.Relay = v.Str()
	} else if v, ok := r.f.value(vMCPProvider); ok && v.Type() == pcommon.ValueTypeStr && v.Str() != "LocalProvider" {
		r.op.Relay = r.op.Tool
	}
}
