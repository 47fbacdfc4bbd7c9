package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var (
	tToolCallID = newText()
	tToolResult = newText()
)

// ranAtProvider fills Ran, or Doubt, of a tool that the provider ran while its model answered, and bills with that call: some clients tell
// it by a span of its own, and not on the call's. The provider's own ids tell it, or the client's word for such tools.
func (r *reading) ranAtProvider() {
	f, op := r.f, r.op
	id, tool := f.texts[tToolCallID], f.texts[tTool]
	if id == "" {
		return
	}
	var n searches
	n.call("tool_call", id, tool, "")
	told := n != searches{}
	result := f.texts[tToolResult]
	if whole(result) {
		p := scanJSON(result)
		_, _, action := block(&p)
		n.call("tool_call_response", id, "", action)
	}
	n.tell(f, result)
	op.Ran = genai.Billed{WebSearches: f.tally(nWebSearches), FileSearches: f.tally(nFileSearches), CodeRuns: f.tally(nCodeRuns)}
	if f.toolFee || !told && f.texts[tMastraType] == "provider_tool_call" && billedTool(tool) != "" && tool != "code_execution" {
		op.Doubt = genai.ReasonUnknownFee
	}
	if op.Doubt != "" || op.Ran != (genai.Billed{}) {
		op.ToolCall = id
	}
}
