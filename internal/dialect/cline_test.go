package dialect

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The name of the event is the body of the record, and only one of Cline's events tells of a call.
func TestClineTellsItsCallsInRecords(t *testing.T) {
	is := pcommon.NewInstrumentationScope()
	is.SetName("cline")
	scope := NewScope(is, pcommon.NewResource(), nil)
	rec := plog.NewLogRecord()
	rec.Body().SetStr("task.tokens")
	require.NoError(t, rec.Attributes().FromRaw(map[string]any{
		"ulid": "01J", "provider": "openai-native", "model": "gpt-5-mini", "tokensIn": 952, "tokensOut": 200, "cacheReadTokens": 2048, "totalCost": 0.01,
	}))
	var c Call
	require.True(t, ReadLog(&scope, rec, &c))
	require.Equal(t, genai.ModelCall, c.Kind)
	require.Equal(t, "openai", c.Provider)
	require.Equal(t, "gpt-5-mini", c.RequestModel)
	require.Equal(t, "01J", c.Conversation)
	require.Equal(t, genai.Usage{Input: 3000, Output: 200, CacheRead: 2048}, c.Usage)
	require.Equal(t, CostClient, c.CostSource)

	rec.Body().SetStr("task.conversation_turn")
	require.False(t, ReadLog(&scope, rec, &c))
}
