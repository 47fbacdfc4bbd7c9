package dialect

import (
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// geminiCLI leaves thoughts out of the output. Cached tokens and thoughts are only in its logs.
var geminiCLI = &client{
	name:   genai.AgentGeminiCLI,
	scopes: []scope{{name: "gemini-cli*"}},
	own:    texts(tRequestModel, plain, "model"),
	events: map[string]logReader{
		"gemini_cli.api_response": geminiResponse, "gemini_cli.api_error": geminiError, "gemini_cli.tool_call": logTool("function_name"),
	},
	metrics: map[string]pointReader{
		"gemini_cli.api.request.count": pointRequests(callsTo("gcp.gemini"), "status_code"),
		"gemini_cli.token.usage": pointTokens(callsTo("gcp.gemini"), "type", map[string]string{
			"input": genai.TokensInput, "tool": genai.TokensInput, "cache": genai.TokensCacheRead, "output": genai.TokensOutputVisible, "thought": genai.TokensReasoning,
		}),
	},
	traits: traits{localAgents: true, thoughtsApart: true, hidesCache: always, hides: hiddenThoughts},
}

// geminiResponse: the output leaves the thoughts out, and the input what tools put into the prompt.
func geminiResponse(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpGenerateContent, "gcp.gemini")
	thoughts := count(attrs, "thoughts_token_count")
	logUsage(c, genai.Usage{
		Input: count(attrs, "input_token_count") + count(attrs, "tool_token_count"), Output: count(attrs, "output_token_count") + thoughts,
		CacheRead: count(attrs, "cached_content_token_count"), Reasoning: thoughts,
	})
	return true
}

func geminiError(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpGenerateContent, "gcp.gemini")
	requestError(attrs, c)
	return true
}

func requestError(attrs pcommon.Map, c *Call) {
	code := genai.TextOf(attrs, "status_code")
	logFailure(c, code)
	if t := genai.TextOf(attrs, "error_type"); t != "" && code == "" {
		c.ErrorType = t
	}
}
