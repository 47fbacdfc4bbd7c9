package dialect

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
)

func TestToolsOfTheProviderAmongTheCalls(t *testing.T) {
	for _, tc := range []struct {
		name, key, value string
		want             genai.Billed
		doubt            string
	}{
		{
			"two searches and a page", "gen_ai.output.messages", `[{"role":"assistant","parts":[` +
				`{"type":"tool_call","id":"ws_1","name":"web_search","arguments":{}},{"type":"tool_call","id":"ws_2","name":"web_search"},` +
				`{"type":"tool_call","id":"ws_3","name":"web_search"},{"type":"tool_call_response","id":"ws_1","response":{"action":{"type":"search"}}},` +
				`{"type":"tool_call_response","id":"ws_2","response":{"action":{"type":"open_page"}}},{"type":"tool_call_response","id":"ws_3","response":{}}]}]`,
			genai.Billed{WebSearches: 2},
			"",
		},
		{
			"a search without its result", "gen_ai.output.messages", `[{"parts":[{"type":"tool_call","id":"ws_1","name":"web_search"}]}]`,
			genai.Billed{WebSearches: 1},
			genai.ReasonUnknownFee,
		},
		{
			"Anthropic's", "gen_ai.output.messages", `[{"parts":[{"type":"tool_call","id":"srvtoolu_1","name":"web_search"},` +
				`{"type":"tool_call","id":"srvtoolu_2","name":"web_fetch"},{"type":"server_tool_call","id":"x","name":"web_search"}]}]`,
			genai.Billed{WebSearches: 2},
			"",
		},
		{"files and code", "gen_ai.output.messages", `[{"parts":[{"type":"tool_call","id":"fs_1","name":"file_search"},` +
			`{"type":"tool_call","id":"ci_1","name":"code_interpreter"}]}]`, genai.Billed{FileSearches: 1, CodeRuns: 1}, ""},
		{"a tool of one's own", "gen_ai.output.messages", `[{"parts":[{"type":"tool_call","id":"call_1","name":"web_search"}]}]`, genai.Billed{}, ""},
		{
			"the AI SDK's", "ai.response.toolCalls", `[{"toolCallId":"ws_1","toolName":"web_search","input":"{}"},{"toolCallId":"call_1","toolName":"web_search"}]`,
			genai.Billed{WebSearches: 1},
			genai.ReasonUnknownFee,
		},
		{"cut", "gen_ai.output.messages", `[{"parts":[{"type":"tool_call","id":"srvtoolu_1","name":"web_search"},{"type":"tool_c`, genai.Billed{WebSearches: 1}, ""},
		{"cut before them", "gen_ai.output.messages", `[{"parts":[{"type":"text","content":"It is sun`, genai.Billed{}, ""},
		{"calls cut", "ai.response.toolCalls", `[{"toolCallId":"call_1","toolName":"a","input":"{`, genai.Billed{}, ""},
		{"Langfuse's output cut", "langfuse.observation.output", `{"content":"It is sun`, genai.Billed{}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, "x", "chat", with(chat, attrs{tc.key: tc.value}))
			assert.Equal(t, tc.want, op.Billed)
			assert.Equal(t, tc.doubt, op.Doubt)
		})
	}
}
