package dialect

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// qwenCode is a fork of Gemini CLI. Newer versions have spans that follow the conventions, older ones tell usage only in logs.
var qwenCode = &client{
	name:   genai.AgentQwenCode,
	scopes: []scope{{name: "qwen-code*"}},
	events: map[string]logReader{
		"qwen-code.api_response": qwenResponse, "qwen-code.api_error": qwenError, "qwen-code.tool_call": logTool("function_name"),
	},
	traits: traits{localAgents: true},
}

// qwenResponse: Gemini CLI's names with OpenAI's counts, whose output holds the thoughts; the total tells where it does not.
func qwenResponse(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, "")
	c.Provider = providerOfModel(c.RequestModel)
	u := genai.Usage{
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count"),
		CacheRead: count(attrs, "cached_content_token_count"), Reasoning: count(attrs, "thoughts_token_count"),
	}
	if total := count(attrs, "total_token_count"); u.Reasoning > 0 && (u.Reasoning > u.Output || total == u.Input+u.Output+u.Reasoning) {
		u.Output += u.Reasoning
	}
	logUsage(c, u)
	return true
}

func qwenError(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, "")
	c.Provider = providerOfModel(c.RequestModel)
	requestError(attrs, c)
	return true
}
