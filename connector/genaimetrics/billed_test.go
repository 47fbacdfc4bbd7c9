package genaimetrics

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Tools that the provider bills by use are counted by tool; a duplicate counts none.
func TestBilledTools(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	c := start(t, createDefaultConfig().(*Config), sink)
	searches := map[string]any{genai.CallWebSearches: 3, genai.CallCodeRuns: 1}
	require.NoError(t, c.ConsumeTraces(context.Background(), one("a", call(searches))))
	searches[genai.CostStatus], searches[genai.CostReason], searches[genai.CostTotal] = genai.StatusDuplicate, genai.ReasonSameResponse, nil
	require.NoError(t, c.ConsumeTraces(context.Background(), one("a", call(searches))))
	require.NoError(t, c.Shutdown(context.Background()))
	md := sink.AllMetrics()[len(sink.AllMetrics())-1]
	require.Equal(t, 3.0, value(md, genai.MetricToolsBilled, genai.ToolName, "web_search", genai.RequestModel, "gpt-4o-mini"))
	require.Equal(t, 1.0, value(md, genai.MetricToolsBilled, genai.ToolName, "code_execution"))
	require.Equal(t, 4.0, value(md, genai.MetricToolsBilled))
}

// An agent whose calls nobody tells of is a number.
func TestAgentOnlyIsCounted(t *testing.T) {
	sink := new(consumertest.MetricsSink)
	c := start(t, createDefaultConfig().(*Config), sink)
	require.NoError(t, c.ConsumeTraces(context.Background(), one("a", call(map[string]any{
		genai.OperationName: genai.OpInvokeAgent, genai.CallKind: "agent", genai.CostStatus: genai.StatusUnpriced,
		genai.CostReason: genai.ReasonAgentOnly, genai.CostTotal: nil,
	}))))
	require.NoError(t, c.Shutdown(context.Background()))
	md := sink.AllMetrics()[len(sink.AllMetrics())-1]
	require.Equal(t, 1.0, value(md, genai.MetricUnpricedCalls, "reason", genai.ReasonAgentOnly))
	require.Equal(t, 1.0, value(md, genai.MetricAgentRequests))
	require.Zero(t, value(md, genai.MetricCalls))
}
