package genaimetrics

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Log records count where their scope is a command-line agent's, spans whatever their scope is, and neither where llmcost says that another
// signal counts: not a tool or a retry either.
func TestAgentsByScope(t *testing.T) {
	for scope, agent := range map[string]bool{
		"gemini-cli": true, "gemini-cli-core": true, "cline": true, "gemini": false, "": false, "openlit": false,
	} {
		for _, elsewhere := range []bool{false, true} {
			e := testEngine(t, nil)
			e.observeLogs(agentLog(t, scope, elsewhere), t0)
			td := newSpans("a")
			td.ss.Scope().SetName(scope)
			attrs := map[string]any{}
			tool := map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "read", genai.CallKind: "tool"}
			if elsewhere {
				for _, m := range []map[string]any{attrs, tool} {
					m[genai.CostCountedIn] = "metrics"
				}
				attrs[genai.CallAttempt] = 1
			}
			td.add(call(attrs))
			td.add(tool)
			e.observeTraces(td.td, t0)
			md := e.exportAt(t0)
			require.Equal(t, agent && !elsewhere, value(md, genai.MetricCalls, genai.RequestModel, "gemini-2.5-flash") == 1, "log of %q", scope)
			require.Equal(t, !elsewhere, value(md, genai.MetricCalls, genai.RequestModel, "gpt-4o-mini") == 1, "span of %q", scope)
			require.Equal(t, elsewhere, md.DataPointCount() == 0, "%q", scope)
		}
	}
}

func agentLog(t *testing.T, scope string, elsewhere bool) plog.Logs {
	t.Helper()
	ld := plog.NewLogs()
	sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scope)
	attrs := map[string]any{genai.OperationName: genai.OpGenerateContent, genai.RequestModel: "gemini-2.5-flash", genai.CostStatus: genai.StatusPriced}
	if elsewhere {
		attrs[genai.CostCountedIn] = "metrics"
	}
	require.NoError(t, sl.LogRecords().AppendEmpty().Attributes().FromRaw(attrs))
	return ld
}
