package genaimetrics

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// One list says whose scope it is, for spans, logs and metrics alike.
func TestAgentsByScope(t *testing.T) {
	for scope, counted := range map[string]bool{
		"gemini-cli": true, "gemini-cli-core": true, "gemini": false, "": false, "openlit": false,
	} {
		e := testEngine(t, func(c *Config) { c.CLIAgents[genai.AgentGeminiCLI] = sourceLogs })
		ld := plog.NewLogs()
		sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
		sl.Scope().SetName(scope)
		rec := sl.LogRecords().AppendEmpty()
		require.NoError(t, rec.Attributes().FromRaw(map[string]any{
			genai.OperationName: genai.OpGenerateContent, genai.RequestModel: "gemini-2.5-flash", genai.CostStatus: genai.StatusPriced,
		}))
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

// Cline has no spans: its log records count as it comes.
func TestClineCountsByItsLogs(t *testing.T) {
	e := testEngine(t, nil)
	ld := plog.NewLogs()
	sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	sl.Scope().SetName("cline")
	require.NoError(t, sl.LogRecords().AppendEmpty().Attributes().FromRaw(map[string]any{
		genai.OperationName: genai.OpChat, genai.RequestModel: "gpt-5-mini", genai.CostStatus: genai.StatusPriced,
	}))
	e.observeLogs(ld, t0)
	require.Equal(t, 1.0, value(e.exportAt(t0), genai.MetricCalls, genai.RequestModel, "gpt-5-mini"))
}
