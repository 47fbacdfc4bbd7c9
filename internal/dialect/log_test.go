package dialect

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Numbers in the logs of agents are read as those in spans are.
func TestNumbersOfAgents(t *testing.T) {
	const none = -genai.MaxTokens * 8
	for name, c := range map[string]struct {
		value any
		want  int64
	}{
		"int": {7, 7}, "double": {7.0, 7}, "text": {" 7 ", 7}, "quoted": {`"7"`, 7}, "empty": {"", 0}, "null": {"null", 0}, "nil": {nil, 0},
		"half": {7.5, none}, "negative": {-1, none}, "word": {"many", none}, "huge": {int64(1) << 41, none}, "bool": {true, none},
	} {
		attrs := pcommon.NewMap()
		require.NoError(t, attrs.PutEmpty("n").FromRaw(c.value))
		require.Equal(t, c.want, count(attrs, "n"), name)
	}
	require.Zero(t, count(pcommon.NewMap(), "n"))
}

// What tools put into a prompt of Gemini CLI's is billed, and stands beside the input. Qwen Code adds Anthropic's cached tokens to the input
// only where it is smaller than they are.
func TestUsageInLogs(t *testing.T) {
	for name, c := range map[string]struct {
		scope, event string
		attrs        map[string]any
		want         genai.Usage
		doubt        string
	}{
		"tools in the prompt": {
			"gemini-cli", "gemini_cli.api_response",
			map[string]any{"model": "gemini-2.5-flash", "input_token_count": 100, "tool_token_count": 40, "output_token_count": 10, "thoughts_token_count": 5},
			genai.Usage{Input: 140, Output: 15, Reasoning: 5},
			"",
		},
		"cached beside": {
			"qwen-code", "qwen-code.api_response",
			map[string]any{"model": "claude-sonnet-4-5", "input_token_count": 9000, "cached_content_token_count": 4000, "output_token_count": 10},
			genai.Usage{Input: 13000, Output: 10, CacheRead: 4000},
			"",
		},
		"cached in or beside": {
			"qwen-code", "qwen-code.api_response",
			map[string]any{"model": "claude-sonnet-4-5", "input_token_count": 5000, "cached_content_token_count": 4000, "output_token_count": 10},
			genai.Usage{Input: 5000, Output: 10, CacheRead: 4000},
			genai.ReasonUnknownOverlap,
		},
		"a stream that broke off before its answer": {
			"gemini-cli", "gemini_cli.api_response",
			map[string]any{"model": "gemini-2.5-pro", "input_token_count": 3001, "output_token_count": 0},
			genai.Usage{Input: 3001},
			genai.ReasonHiddenTokens,
		},
		"another's": {
			"qwen-code", "qwen-code.api_response",
			map[string]any{"model": "qwen3-coder-plus", "input_token_count": 9000, "cached_content_token_count": 4000, "output_token_count": 10},
			genai.Usage{Input: 9000, Output: 10, CacheRead: 4000},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			is, rec := pcommon.NewInstrumentationScope(), plog.NewLogRecord()
			is.SetName(c.scope)
			rec.SetEventName(c.event)
			require.NoError(t, rec.Attributes().FromRaw(c.attrs))
			scope := NewScope(is, pcommon.NewResource(), nil)
			var call Call
			require.True(t, ReadLog(&scope, rec, &call))
			require.Equal(t, c.want, call.Usage)
			require.Equal(t, c.doubt, call.Doubt)
		})
	}
}
