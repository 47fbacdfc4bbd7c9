package dialect

import (
	"strings"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
)

func TestToolsThatAreBilledByUse(t *testing.T) {
	google := attrs{genai.ProviderName: "gcp.gemini"}
	for _, tc := range []struct {
		name, tools string
		more        attrs
		want        string
	}{
		{"Anthropic's", `[{"type":"web_search_20250305","name":"web_search","max_uses":3}]`, nil, genai.ReasonUnknownFee},
		{"another model", `[{"type": "advisor_20260301", "name": "advisor"}]`, nil, genai.ReasonHiddenTokens},
		{"OpenAI's", `[{"type": "function", "name": "a"}, {"type": "file_search", "vector_store_ids": ["x"]}]`, nil, genai.ReasonUnknownFee},
		{"the AI SDK's", `[{"type":"provider","id":"openai.code_interpreter","name":"code"}]`, nil, genai.ReasonUnknownFee},
		{"Google's, a member", `[{"google_search": {}}]`, google, genai.ReasonUnknownFee},
		{"Google's, before", `[{"googleSearchRetrieval":{"dynamicRetrievalConfig":{}}}]`, google, genai.ReasonUnknownFee},
		{"Google's, left out", `[{"google_search":null,"url_context":{}}]`, google, ""},
		{"Google's code and files cost tokens", `[{"id":"google.code_execution"},{"id":"google.file_search"}]`, google, ""},
		{"Azure's", `[{"type": "bing_grounding"}]`, attrs{genai.ProviderName: "azure.ai.inference"}, genai.ReasonUnknownFee},
		{"Amazon's", `[{"systemTool":{"name":"nova_grounding"}}]`, attrs{genai.ProviderName: "aws.bedrock"}, genai.ReasonUnknownFee},
		{"a name alone", `[{"name": "web_search"}]`, nil, genai.ReasonUnknownFee},
		{"a name and emptiness", `[{"type": "function", "name": "web_search", "description": "", "parameters": {}}]`, nil, genai.ReasonUnknownFee},
		{"one's own", `[{"type":"function","name":"web_search","description":"Searches","parameters":{"type":"object"}}]`, nil, ""},
		{"one's own, OpenAI's old way", `[{"type":"function","function":{"name":"file_search","parameters":{"type":"object"}}}]`, nil, ""},
		{"one's own with such an argument", `[{"name":"x","parameters":{"properties":{"google_search":"b","web_search":{"type":"string"}}}}]`, nil, ""},
		{"free ones", `[{"type":"web_fetch_20250910"},{"type":"tool_search_tool_regex_20251119"},{"type":"mcp"},{"type":"computer_20250124"}]`, nil, ""},
		{"what an earlier answer did", `[{"type":"web_search_call"},{"type":"web_search_tool_result"},{"type":"code_interpreter_call"}]`, nil, ""},
		{"cut", `[{"type":"web_search`, nil, genai.ReasonUnknownFee},
		{"in the words of a description", `[{"name":"a","description":"like \"type\" web_search: or search"}]`, nil, ""},
		{"it was counted", `[{"type":"web_search_20250305"}]`, attrs{"gen_ai.usage.web_search_requests": 0}, ""},
		{"the answer is there", `[{"type":"web_search"}]`, attrs{"output.value": `{"output":[{"type":"message"}],"usage":{}}`}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, "x", "chat", with(with(chat, attrs{"gen_ai.tool.definitions": tc.tools}), tc.more))
			assert.Equal(t, tc.want, op.Doubt)
		})
	}
}

// What a sender makes up is read once, not once for each hint in it: of a hundred such words each would take a second.
func TestAWordWithoutAnEnd(t *testing.T) {
	endless := `[{"type":"` + strings.Repeat("search_", maxOffer/7) + `"}]`
	for range 100 {
		assert.Empty(t, readAttrs(t, "x", "chat", with(chat, attrs{"gen_ai.tool.definitions": endless})).Doubt)
	}
}
