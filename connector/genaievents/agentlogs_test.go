package genaievents

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A command-line agent whose logs count has the same records as from spans; told in another signal it has none, whether in logs or in spans.
func TestWhatAgentsLog(t *testing.T) {
	r := start(t, "")
	ld := agentLogs(t, "cline", map[string]any{
		genai.OperationName: genai.OpChat, genai.RequestModel: "gpt-5-mini", genai.CostStatus: genai.StatusPriced, genai.CostTotal: 0.25,
		genai.UsageInput: 10, genai.UsageOutput: 2, genai.CallDuration: 1.5,
	}, map[string]any{
		genai.OperationName: genai.OpExecuteTool, genai.ToolName: "read", genai.CallFailure: genai.CallError, genai.CallErrorType: "timeout",
	}, map[string]any{
		genai.OperationName: genai.OpChat, genai.RequestModel: "other", genai.CostStatus: genai.StatusPriced, genai.CostTotal: 0.5, genai.CostCountedIn: "traces",
	}, map[string]any{"event.name": "task.started"})
	require.NoError(t, r.genaiEvents.ConsumeLogs(context.Background(), ld))
	require.NoError(t, r.genaiEvents.ConsumeLogs(context.Background(), ld), "and again")
	require.NoError(t, r.genaiEvents.ConsumeLogs(context.Background(), agentLogs(t, "openlit", map[string]any{
		genai.OperationName: genai.OpChat, genai.CostStatus: genai.StatusPriced,
	})))
	s := newSpans()
	s.add(t, noParent, callAttrs(genai.CostCountedIn, "logs"))
	s.add(t, noParent, toolAttrs(genai.CostCountedIn, "logs", genai.CallKind, "tool"))
	require.NoError(t, r.ConsumeTraces(context.Background(), s.td))

	all := map[string]map[string]any{}
	for _, rec := range r.records() {
		all[rec.EventName()] = rec.Attributes().AsRaw()
	}
	require.Len(t, r.records(), 3)
	require.Subset(t, all["llm_api_call"], map[string]any{
		"model": "gpt-5-mini", "prompt_tokens": int64(10), "completion_tokens": int64(2), "cost_estimate": 0.25, "latency_seconds": 1.5, "status": "ok",
		"service": "editor", "request_id": "01000000000000000000000000000000",
	})
	require.Subset(t, all["tool_execution"], map[string]any{"tool_name": "read", "status": "error"})
	require.Subset(t, all["application_error"], map[string]any{"error_type": "timeout", "component": "tool"})
	require.Equal(t, pcommon.SpanID{7: 1}, r.records()[0].SpanID())
}

func agentLogs(t *testing.T, scope string, records ...map[string]any) plog.Logs {
	t.Helper()
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr(genai.ServiceName, "editor")
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scope)
	for i, attrs := range records {
		rec := sl.LogRecords().AppendEmpty()
		rec.SetTimestamp(pcommon.NewTimestampFromTime(time.Unix(1_800_000_000, int64(i))))
		rec.SetTraceID(pcommon.TraceID{1})
		rec.SetSpanID(pcommon.SpanID{7: 1})
		require.NoError(t, rec.Attributes().FromRaw(attrs))
	}
	return ld
}
