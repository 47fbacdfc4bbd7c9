package dialect

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestFailure(t *testing.T) {
	bare := attrs{"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
	for _, tc := range []struct {
		name, scope        string
		attrs              attrs
		status             ptrace.StatusCode
		message            string
		excType, exception string
		want               genai.Failure
		errorType          string
	}{
		{name: "fine", scope: "x", attrs: chat, want: genai.Succeeded},
		{name: "status", scope: "x", attrs: bare, status: ptrace.StatusCodeError, want: genai.Failed, errorType: "_OTHER"},
		{name: "error.type", scope: "x", attrs: with(bare, attrs{"error.type": "BadRequestError"}), status: ptrace.StatusCodeError, want: genai.Failed, errorType: "BadRequestError"},
		{name: "error.type without status", scope: "x", attrs: with(bare, attrs{"error.type": "RateLimitError"}), want: genai.RateLimited, errorType: "RateLimitError"},
		{name: "HTTP 429", scope: "x", attrs: with(bare, attrs{"http.response.status_code": 429}), status: ptrace.StatusCodeError, want: genai.RateLimited, errorType: "429"},
		{name: "HTTP 504", scope: "x", attrs: with(bare, attrs{"http.response.status_code": "504"}), status: ptrace.StatusCodeError, want: genai.TimedOut, errorType: "504"},
		{name: "HTTP 500", scope: "x", attrs: with(bare, attrs{"http.response.status_code": 500, "error.type": "server_error"}), status: ptrace.StatusCodeError, want: genai.Failed, errorType: "server_error"},
		{name: "the message's 429", scope: "x", attrs: bare, status: ptrace.StatusCodeError, message: "429 slow down", want: genai.RateLimited, errorType: "429"},
		{name: "a model's name is no status", scope: "x", attrs: bare, status: ptrace.StatusCodeError, message: "4290 is no model", want: genai.Failed, errorType: "_OTHER"},
		{name: "words", scope: "x", attrs: bare, status: ptrace.StatusCodeError, message: "Request timed out.", want: genai.TimedOut, errorType: "_OTHER"},
		{name: "deadline", scope: "x", attrs: bare, status: ptrace.StatusCodeError, message: "context deadline exceeded", want: genai.TimedOut, errorType: "_OTHER"},
		{
			name: "class of the exception", scope: "x", attrs: with(bare, attrs{"error.type": "unknown"}), status: ptrace.StatusCodeError, excType: "APIConnectionTimeoutError",
			want: genai.TimedOut, errorType: "APIConnectionTimeoutError",
		},
		{
			name: "vercel 7", scope: "gen_ai", attrs: with(bare, attrs{"http.response.status_code": 400}), status: ptrace.StatusCodeError, excType: "AI_APICallError", exception: "The model does not exist",
			want: genai.Failed, errorType: "400",
		},
		{name: "langsmith", scope: "langsmith", attrs: bare, status: ptrace.StatusCodeOk, excType: "Error", exception: "Error: 500 The server had an error", want: genai.Failed, errorType: "500"},
		{name: "langsmith for Python", scope: "langsmith", attrs: bare, status: ptrace.StatusCodeOk, excType: "Exception", exception: `RateLimitError("Error code: 429 - {'error': 1}")` + "\n\nTraceback", want: genai.RateLimited, errorType: "429"},
		{name: "langsmith for Python, let go", scope: "langsmith", attrs: bare, status: ptrace.StatusCodeOk, excType: "Exception", exception: "GeneratorExit()\n\nTraceback", want: genai.Failed, errorType: "GeneratorExit"},
		{name: "an exception that a message only looks like", scope: "langsmith", attrs: bare, status: ptrace.StatusCodeOk, excType: "Exception", exception: "The model (gpt-5) is gone", want: genai.Failed, errorType: "Exception"},
		{name: "survived exception", scope: "x", attrs: chat, status: ptrace.StatusCodeOk, excType: "RetryError", want: genai.Succeeded},
		{name: "exception and no answer", scope: "x", attrs: bare, excType: "ValueError", want: genai.Failed, errorType: "ValueError"},
		{name: "langfuse", scope: "langfuse-sdk", attrs: attrs{
			"langfuse.observation.type": "generation", "langfuse.observation.level": "ERROR",
			"langfuse.observation.status_message": "Error: 429 Too many",
		}, want: genai.RateLimited, errorType: "429"},
		{name: "langfuse warning", scope: "langfuse-sdk", attrs: attrs{"langfuse.observation.type": "generation", "langfuse.observation.level": "WARNING"}, want: genai.Succeeded},
		{name: "mastra", scope: "@mastra/otel-exporter", attrs: with(bare, attrs{"gen_ai.response.finish_reasons": `["error"]`}), status: ptrace.StatusCodeOk, want: genai.Failed, errorType: "_OTHER"},
		{name: "finish reasons as a list", scope: "x", attrs: with(bare, attrs{"gen_ai.response.finish_reasons": []any{"stop", "error"}}), want: genai.Failed, errorType: "_OTHER"},
		{name: "finish reason as a string", scope: "x", attrs: with(bare, attrs{"gen_ai.response.finish_reason": "error"}), want: genai.Failed, errorType: "_OTHER"},
		{name: "stop", scope: "x", attrs: with(bare, attrs{"gen_ai.response.finish_reasons": []any{"stop"}}), want: genai.Succeeded},
		{name: "gemini cli", scope: "gemini-cli", attrs: bare, status: ptrace.StatusCodeError, excType: "ApiError", exception: `{"error":{"code":429,"message":"busy"}}`, want: genai.RateLimited, errorType: "429"},
		{name: "claude code, its own word", scope: "com.anthropic.claude_code.tracing", attrs: attrs{"span.type": "llm_request", "success": false, "status_code": 429}, want: genai.RateLimited, errorType: "429"},
		{name: "claude code", scope: "com.anthropic.claude_code.tracing", attrs: attrs{"span.type": "llm_request", "success": false, "http.status_code": 529}, want: genai.Failed, errorType: "529"},
		{name: "a sentence is no error type", scope: "x", attrs: with(bare, attrs{"error.type": "it went wrong for user 4711"}), want: genai.Failed, errorType: "_OTHER"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			span := handMade(t, "chat", tc.attrs)
			span.Status().SetCode(tc.status)
			span.Status().SetMessage(tc.message)
			if tc.excType != "" {
				e := span.Events().AppendEmpty()
				e.SetName("exception")
				e.Attributes().PutStr("exception.type", tc.excType)
				e.Attributes().PutStr("exception.message", tc.exception)
			}
			scope := scopeNamed(tc.scope, nil)
			var op Call
			assert.True(t, Read(&scope, span, &op))
			assert.Equal(t, tc.want, op.Failure)
			assert.Equal(t, tc.errorType, op.ErrorType)
		})
	}
}

// The conventions have had names of their own for the exception of a model call.
func TestExceptionEvents(t *testing.T) {
	for name, want := range map[string]string{
		"exception": "RateLimitError", "gen_ai.client.operation.exception": "RateLimitError", "gen_ai.client.inference.exception": "RateLimitError",
		"gen_ai.client.inference.operation.details": "_OTHER",
	} {
		span := handMade(t, "chat", chat)
		span.Status().SetCode(ptrace.StatusCodeError)
		e := span.Events().AppendEmpty()
		e.SetName(name)
		e.Attributes().PutStr("exception.type", "RateLimitError")
		scope := scopeNamed("x", nil)
		var op Call
		assert.True(t, Read(&scope, span, &op))
		assert.Equal(t, want, op.ErrorType, name)
	}
}

func TestTiming(t *testing.T) {
	for _, tc := range []struct {
		name, scope string
		attrs       attrs
		first       float64
		attempt     int
	}{
		{"seconds", "x", attrs{"gen_ai.response.time_to_first_chunk": 0.25}, 0.25, 0},
		{"vercel 7", "gen_ai", attrs{"gen_ai.client.operation.time_to_first_chunk": 0.25}, 0.25, 0},
		{"openlit", "openlit", attrs{"gen_ai.server.time_to_first_token": 0.25}, 0.25, 0},
		{"vercel 5", "ai", attrs{"ai.response.msToFirstChunk": 250.0}, 0.25, 0},
		{"claude code", "com.anthropic.claude_code.tracing", attrs{"span.type": "llm_request", "ttft_ms": 250, "attempt": 3}, 0.25, 2},
		{"claude code, first attempt", "com.anthropic.claude_code.tracing", attrs{"span.type": "llm_request", "attempt": 1}, 0, 0},
		{"langfuse", "langfuse-sdk", attrs{"langfuse.observation.type": "generation", "langfuse.observation.completion_start_time": `"2026-11-23T10:00:00.250Z"`}, 0.25, 0},
		{"mastra", "@mastra/otel-exporter", attrs{"mastra.completion_start_time": "2026-11-23T10:00:00.25Z"}, 0.25, 0},
		{"before the start", "x", attrs{"mastra.completion_start_time": "2026-11-23T09:00:00Z"}, 0, 0},
		{"nonsense", "x", attrs{"gen_ai.response.time_to_first_chunk": -4.0, "http.request.resend_count": -1}, 0, 0},
		{"resent", "x", attrs{"http.request.resend_count": 2}, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			op := readAttrs(t, tc.scope, "chat", with(chat, tc.attrs))
			assert.InDelta(t, tc.first, op.TimeToFirstChunk, 1e-9)
			assert.Equal(t, tc.attempt, op.Attempt)
		})
	}
}

func TestCacheSpans(t *testing.T) {
	for _, tc := range []struct {
		span      string
		attrs     attrs
		operation string
		hit       bool
	}{
		{"cache.get", attrs{"cache.hit": true}, "get", true},
		{"cache.get", attrs{"cache.hit": false}, "get", false},
		{"cache.put", attrs{"cache.hit": false}, "set", false},
		{"redis", attrs{"cache.operation": "set", "cache.result": "miss"}, "set", false},
		{"redis", attrs{"cache.operation": "get", "cache.result": "HIT"}, "get", true},
	} {
		op := readAttrs(t, "x", tc.span, tc.attrs)
		assert.Equal(t, genai.Cache, op.Kind, tc.span)
		assert.Equal(t, tc.operation, op.CacheOperation, tc.span)
		assert.Equal(t, tc.hit, op.CacheHit, tc.span)
	}
}

func TestEndedEarly(t *testing.T) {
	for message, want := range map[string]bool{
		"terminated":                            true,
		"Premature close":                       true,
		"Failed to process successful response": true,
		"peer closed connection without sending complete message body (incomplete chunked read)": true,
		"Response payload is not completed":            true,
		"Connection error.":                            false,
		"The worker was terminated before the request": false,
		"connect ECONNREFUSED 127.0.0.1:443":           false,
		"429 Rate limit reached":                       false,
	} {
		assert.Equal(t, want, endedEarly(message), message)
	}
}
