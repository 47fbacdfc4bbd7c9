package llmcost

import (
	"context"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// TestClaudeCodesLogs: what Claude Code's records tell beside the counts decides the price too. Those of 2.1.197 tell no lifetimes.
func TestClaudeCodesLogs(t *testing.T) {
	for name, tc := range map[string]struct {
		attrs          map[string]any
		status, reason string
		usd            float64
	}{
		"normal":                   {map[string]any{"cost_usd": 0.0182984}, genai.StatusPriced, "", 0.0182984},
		"an hour":                  {map[string]any{"cache_creation_5m_tokens": 1, "cache_creation_1h_tokens": 2001, "cost_usd": 0.0243014}, genai.StatusPriced, "", 0.0243014},
		"without lifetimes":        {map[string]any{"cache_creation_5m_tokens": nil, "cache_creation_1h_tokens": nil}, genai.StatusEstimated, genai.ReasonUnknownLifetime, 0.0182984},
		"fast":                     {map[string]any{"model": "claude-opus-4-8", "speed": "fast", "cost_usd": 0.050747}, genai.StatusPriced, "", 0.050747},
		"a search":                 {map[string]any{"query_source": "web_search_tool", "cost_usd": 0.0382984}, genai.StatusEstimated, genai.ReasonUnknownFee, 0.0182984},
		"a stream that broke off":  {map[string]any{"cost_usd": 0.0324674}, genai.StatusEstimated, genai.ReasonHiddenTokens, 0.0182984},
		"a model of another maker": {map[string]any{"model": "gpt-4.1", "cost_usd": 0.9}, genai.StatusEstimated, genai.ReasonProviderGuessed, 0.011921},
	} {
		t.Run(name, func(t *testing.T) {
			all := with(map[string]any{
				"event.name": "api_request", "model": "claude-opus-5-5", "speed": "normal", "query_source": "sdk",
				"input_tokens": 1002, "output_tokens": 114, "cache_read_tokens": 10002, "cache_creation_tokens": 2002,
				"cache_creation_5m_tokens": 2002, "cache_creation_1h_tokens": 0,
			}, tc.attrs)
			maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
			got := oneRecord(t, "com.anthropic.claude_code.events", all)
			require.Equal(t, tc.status, got[genai.CostStatus])
			require.Equal(t, tc.reason, orNone(got[genai.CostReason]))
			require.InDelta(t, tc.usd, got[genai.CostTotal], 1e-9)
		})
	}
}

// TestCodexBrokenStream: what was written until a stream of Codex broke off is billed, and told as a completed one with an error. An answer that
// failed is told so too, after an event of its own.
func TestCodexBrokenStream(t *testing.T) {
	for message, status := range map[string]any{
		"stream disconnected before completion: stream closed before response.completed": genai.StatusUnpriced,
		"stream disconnected before completion: the server had an error":                 nil,
		"": nil,
	} {
		got := oneRecord(t, "codex_otel.log_only", map[string]any{
			"event.name": "codex.sse_event", "event.kind": "response.completed", "model": "gpt-5", "error.message": message,
		})
		require.Equal(t, status, got[genai.CostStatus], message)
	}
}

// oneRecord is what becomes of a record.
func oneRecord(t *testing.T, scope string, attrs map[string]any) map[string]any {
	t.Helper()
	ld := plog.NewLogs()
	sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
	sl.Scope().SetName(scope)
	require.NoError(t, sl.LogRecords().AppendEmpty().Attributes().FromRaw(attrs))
	sink := new(consumertest.LogsSink)
	p, err := NewFactory().CreateLogs(context.Background(), settings(), createDefaultConfig(), sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	require.NoError(t, p.ConsumeLogs(context.Background(), ld))
	require.NoError(t, p.Shutdown(context.Background()))
	return sink.AllLogs()[0].ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().AsRaw()
}

func orNone(v any) string {
	s, _ := v.(string)
	return s
}
