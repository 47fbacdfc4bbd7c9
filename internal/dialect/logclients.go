package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// logReaders are the events that tell of an operation. Claude Code leaves its name out of event.name.
var logReaders = [clientCount]map[string]logReader{
	claudeCode: {
		"api_request": claudeRequest, "claude_code.api_request": claudeRequest,
		"api_error": claudeError, "claude_code.api_error": claudeError,
		"tool_result": logTool("tool_name"), "claude_code.tool_result": logTool("tool_name"),
	},
	codex: {
		"codex.sse_event": codexEvent, "codex.api_request": codexFailure, "codex.tool_result": logTool("tool_name"),
	},
	geminiCLI: {
		"gemini_cli.api_response": geminiResponse, "gemini_cli.api_error": geminiError, "gemini_cli.tool_call": logTool("function_name"),
	},
	qwenCode: {
		"qwen-code.api_response": qwenResponse, "qwen-code.api_error": qwenError, "qwen-code.tool_call": logTool("function_name"),
	},
}

func claudeRequest(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, "anthropic")
	read, write, hour := count(attrs, "cache_read_tokens"), count(attrs, "cache_creation_tokens"), count(attrs, "cache_creation_1h_tokens")
	write = max(write, hour+count(attrs, "cache_creation_5m_tokens"))
	logUsage(c, genai.Usage{ // its input leaves the cached tokens out
		Input: count(attrs, "input_tokens") + read + write, Output: count(attrs, "output_tokens"), CacheRead: read, CacheWrite: write, CacheWrite1h: hour,
	})
	if usd, ok := number(attrs, "cost_usd"); ok && usable(usd) {
		c.CostSource, c.ReportedUSD = CostClient, usd
	}
	ms, _ := number(attrs, "ttft_ms")
	c.TimeToFirstChunk = ms / 1000
	logAttempt(attrs, c, 1)
	return true
}

func claudeError(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpChat, "anthropic")
	logAttempt(attrs, c, 1)
	logFailure(c, textOf(attrs, "status_code"))
	return true
}

// codexEvent counts a call when its usage is said. Of a complete stream there are two events, one of them without usage.
func codexEvent(attrs pcommon.Map, c *Call) bool {
	codexCall(attrs, c)
	switch textOf(attrs, "event.kind") {
	case "response.failed":
		logFailure(c, "")
		return true
	case "response.completed":
		if _, ok := attrs.Get("input_token_count"); !ok {
			return false
		}
	default:
		return false
	}
	logUsage(c, genai.Usage{
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count"), CacheRead: count(attrs, "cached_token_count"),
		CacheWrite: count(attrs, "cache_write_token_count"), Reasoning: count(attrs, "reasoning_token_count"),
	})
	ms, _ := number(attrs, "ttft_ms")
	c.TimeToFirstChunk = ms / 1000
	return true
}

// codexFailure counts the requests that never became a stream; of the others codex.sse_event tells.
func codexFailure(attrs pcommon.Map, c *Call) bool {
	code := textOf(attrs, "http.response.status_code")
	if code == "" && textOf(attrs, "error.message") == "" || strings.HasPrefix(code, "2") {
		return false
	}
	codexCall(attrs, c)
	logAttempt(attrs, c, 0)
	c.Attempt = min(c.Attempt, 1) // every attempt has its event
	logFailure(c, code)
	return true
}

func codexCall(attrs pcommon.Map, c *Call) {
	logCall(attrs, c, genai.OpChat, "openai")
	c.Conversation = textOf(attrs, "conversation.id")
}

// geminiResponse: the output leaves the thoughts out.
func geminiResponse(attrs pcommon.Map, c *Call) bool {
	logCall(attrs, c, genai.OpGenerateContent, "gcp.gemini")
	thoughts := count(attrs, "thoughts_token_count")
	logUsage(c, genai.Usage{
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count") + thoughts,
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
	code := textOf(attrs, "status_code")
	logFailure(c, code)
	if t := textOf(attrs, "error_type"); t != "" && code == "" {
		c.ErrorType = t
	}
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
