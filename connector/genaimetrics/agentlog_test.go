package genaimetrics

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

// One list says whose scope it is, for spans, logs and metrics alike.
func TestAgentsByScope(t *testing.T) {
	for scope, counted := range map[string]bool{
		"gemini-cli": true, "gemini-cli-core": true, "gemini": false, "": false, "openlit": false,
	} {
		e := testEngine(t, func(c *Config) { c.CLIAgents[agentGeminiCLI] = sourceLogs })
		ld := plog.NewLogs()
		sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
		sl.Scope().SetName(scope)
		rec := sl.LogRecords().AppendEmpty()
		rec.SetEventName("gemini_cli.api_response")
		rec.Attributes().PutStr("model", "gemini-2.5-flash")
		e.observeLogs(ld, t0)
		td := newSpans("a")
		td.ss.Scope().SetName(scope)
		td.add(call(nil))
		e.observeTraces(td.td, t0)
		md := e.exportAt(t0)
		require.Equal(t, counted, value(md, genai.MetricCalls, genai.RequestModel, "gemini-2.5-flash") == 1, "log of %q", scope)
		require.Equal(t, counted, value(md, genai.MetricCalls, genai.RequestModel, "gpt-4o-mini") == 0, "span of %q", scope)
	}
}
