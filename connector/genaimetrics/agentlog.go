package genaimetrics

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The events of command-line agents that tell of an operation, by "agent event". Claude Code leaves its name out of event.name.
var agentEvents = map[string]func(pcommon.Map, *genai.Operation) bool{
	"claude-code api_request":             readClaudeRequest,
	"claude-code api_error":               readClaudeError,
	"claude-code tool_result":             readTool("tool_name"),
	"claude-code claude_code.api_request": readClaudeRequest,
	"claude-code claude_code.api_error":   readClaudeError,
	"claude-code claude_code.tool_result": readTool("tool_name"),
	"codex codex.sse_event":               readCodexEvent,
	"codex codex.api_request":             readCodexFailure,
	"codex codex.tool_result":             readTool("tool_name"),
	"gemini-cli gemini_cli.api_response":  readGeminiResponse,
	"gemini-cli gemini_cli.api_error":     readGeminiError,
	"gemini-cli gemini_cli.tool_call":     readTool("function_name"),
}

// Providers that the agents talk to; their events do not always say so.
const (
	providerAnthropic = "anthropic"
	providerOpenAI    = "openai"
	providerGemini    = "gcp.gemini"
)

func readClaudeRequest(attrs pcommon.Map, op *genai.Operation) bool {
	*op = genai.Operation{Kind: genai.ModelCall, Dialect: agentClaudeCode, Name: genai.OpChat, Provider: providerAnthropic}
	op.RequestModel = valueOf(attrs, "model")
	read, write := count(attrs, "cache_read_tokens"), count(attrs, "cache_creation_tokens")
	op.Usage = genai.Usage{ // its input leaves the cached tokens out
		Input: count(attrs, "input_tokens") + read + write, Output: count(attrs, "output_tokens"), CacheRead: read, CacheWrite: write,
	}
	ms, _ := number(attrs, "ttft_ms")
	op.TimeToFirstChunk = ms / 1000
	setAttempt(attrs, op, 1)
	settle(attrs, op)
	return true
}

func readClaudeError(attrs pcommon.Map, op *genai.Operation) bool {
	*op = genai.Operation{Kind: genai.ModelCall, Dialect: agentClaudeCode, Name: genai.OpChat, Provider: providerAnthropic}
	op.RequestModel = valueOf(attrs, "model")
	setAttempt(attrs, op, 1)
	fail(op, valueOf(attrs, "status_code"))
	return true
}

// readCodexEvent counts a call when its usage is said. Of a complete stream there are two events, one of them without usage.
func readCodexEvent(attrs pcommon.Map, op *genai.Operation) bool {
	*op = genai.Operation{Kind: genai.ModelCall, Dialect: agentCodex, Name: genai.OpChat, Provider: providerOpenAI}
	op.RequestModel = valueOf(attrs, "model")
	switch valueOf(attrs, "event.kind") {
	case "response.failed":
		fail(op, "")
		return true
	case "response.completed":
		if _, ok := attrs.Get("input_token_count"); !ok {
			return false
		}
	default:
		return false
	}
	op.Usage = genai.Usage{
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count"), CacheRead: count(attrs, "cached_token_count"),
		CacheWrite: count(attrs, "cache_write_token_count"), Reasoning: count(attrs, "reasoning_token_count"),
	}
	ms, _ := number(attrs, "ttft_ms")
	op.TimeToFirstChunk = ms / 1000
	settle(attrs, op)
	return true
}

// readCodexFailure counts the requests that never became a stream; of the others codex.sse_event tells.
func readCodexFailure(attrs pcommon.Map, op *genai.Operation) bool {
	code := valueOf(attrs, "http.response.status_code")
	if code == "" && valueOf(attrs, "error.message") == "" || strings.HasPrefix(code, "2") {
		return false
	}
	*op = genai.Operation{Kind: genai.ModelCall, Dialect: agentCodex, Name: genai.OpChat, Provider: providerOpenAI}
	op.RequestModel = valueOf(attrs, "model")
	setAttempt(attrs, op, 0)
	op.Attempt = min(op.Attempt, 1) // every attempt has its event
	fail(op, code)
	return true
}

func readGeminiResponse(attrs pcommon.Map, op *genai.Operation) bool {
	*op = genai.Operation{Kind: genai.ModelCall, Dialect: agentGeminiCLI, Name: genai.OpGenerateContent, Provider: providerGemini}
	op.RequestModel = valueOf(attrs, "model")
	thoughts := count(attrs, "thoughts_token_count")
	op.Usage = genai.Usage{ // its output leaves the thoughts out
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count") + thoughts,
		CacheRead: count(attrs, "cached_content_token_count"), Reasoning: thoughts,
	}
	settle(attrs, op)
	return true
}

func readGeminiError(attrs pcommon.Map, op *genai.Operation) bool {
	*op = genai.Operation{Kind: genai.ModelCall, Dialect: agentGeminiCLI, Name: genai.OpGenerateContent, Provider: providerGemini}
	op.RequestModel = valueOf(attrs, "model")
	fail(op, valueOf(attrs, "status_code"))
	if t := valueOf(attrs, "error_type"); t != "" && op.ErrorType == "" {
		op.ErrorType = t
	}
	return true
}

// readTool reads a tool execution whose name is in the given attribute.
func readTool(name string) func(pcommon.Map, *genai.Operation) bool {
	return func(attrs pcommon.Map, op *genai.Operation) bool {
		*op = genai.Operation{Kind: genai.Tool, Name: genai.OpExecuteTool, Tool: valueOf(attrs, name)}
		if valueOf(attrs, "success") == "false" {
			op.Failure = genai.Failed
			op.ErrorType = valueOf(attrs, "error_type")
		}
		return op.Tool != ""
	}
}

// settle says what is known of usage and cost: no price table is behind logs, only what the agent reports.
func settle(attrs pcommon.Map, op *genai.Operation) {
	switch {
	case !op.Usage.Valid():
		op.UsageState, op.Usage = genai.UsageBad, genai.Usage{}
	case op.Usage != genai.Usage{}:
		op.UsageState = genai.UsageKnown
	}
	if usd, ok := number(attrs, "cost_usd"); ok && usd > 0 {
		op.Status, op.TotalUSD = genai.StatusReported, usd
		return
	}
	op.Status, op.Reason = genai.StatusUnpriced, genai.ReasonNotReported
	if op.UsageState == genai.UsageBad {
		op.Reason = genai.ReasonBadUsage
	}
}

// fail makes a call a failed one, which costs nothing.
func fail(op *genai.Operation, code string) {
	op.Failure, op.ErrorType = failureOf(code), code
	op.Status, op.Reason = genai.StatusFree, genai.ReasonFailed
}

func failureOf(code string) genai.Failure {
	switch code {
	case "429":
		return genai.RateLimited
	case "408", "504":
		return genai.TimedOut
	}
	return genai.Failed
}

// setAttempt reads which attempt this was; first is the number of a first one.
func setAttempt(attrs pcommon.Map, op *genai.Operation, first int64) {
	if n := count(attrs, "attempt"); n > first {
		op.Attempt = int(min(n-first, maxAttempts))
	}
}

// number reads a finite number, whatever type the client gave it.
func number(attrs pcommon.Map, name string) (float64, bool) {
	v, ok := attrs.Get(name)
	if !ok {
		return 0, false
	}
	return genai.Number(v)
}

// count reads a number of tokens or attempts; missing is 0. What cannot be one is so far below 0 that no sum with it passes
// Usage.Valid.
func count(attrs pcommon.Map, name string) int64 {
	v, ok := attrs.Get(name)
	if !ok {
		return 0
	}
	n, _ := genai.Count(v)
	if n < 0 {
		return -genai.MaxTokens * 8
	}
	return n
}
