package record

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// capture is OTLP JSON of one request: an agent's span with a model call in it, and its roll-up.
func capture(t *testing.T, n byte, conversation string, start, took, in, out int) []byte {
	t.Helper()
	td := ptrace.NewTraces()
	spans := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for id, attrs := range []map[string]any{
		{genai.ConversationID: conversation, genai.CostStatus: genai.StatusRollup, genai.UsageInput: in, genai.UsageOutput: out},
		{genai.OperationName: genai.OpChat, genai.CostStatus: genai.StatusPriced, genai.UsageInput: in, genai.UsageOutput: out},
	} {
		s := spans.AppendEmpty()
		s.SetTraceID(pcommon.TraceID{n})
		s.SetSpanID(pcommon.SpanID{byte(id + 1)})
		begin := time.Date(2026, 9, 23, 12, 0, start, 0, time.UTC)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(begin))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(took) * time.Second)))
		require.NoError(t, s.Attributes().FromRaw(attrs))
	}
	b, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	require.NoError(t, err)
	return b
}

func TestRecord(t *testing.T) {
	var r Recorder
	require.NoError(t, r.Add(capture(t, 1, "a", 0, 2, 100, 20)))
	lines := string(capture(t, 2, "a", 6, 1, 150, 30)) + "\n\n" + string(capture(t, 3, "b", 1, 2, 300, 20)) + "\n" + string(capture(t, 4, "b", 13, 2, 360, 10))
	require.NoError(t, r.Add([]byte(lines)))
	require.NoError(t, r.Add(capture(t, 5, "c", 60, 1, 120, 20)))
	require.NoError(t, r.Add(capture(t, 6, "c", 65, 1, 150, 20)))
	var b strings.Builder
	require.NoError(t, r.Write(&b))
	f, err := scenario.Parse("recorded.yaml", []byte(b.String()), func(string) (string, bool) { return "", false })
	require.NoError(t, err, b.String())
	s := f.Scenarios[0]
	require.Equal(t, 2, s.ConcurrentUsers)
	require.Len(t, s.Turns, 2)
	require.Equal(t, scenario.Dist{Kind: "lognormal", A: 120, B: 300}, s.Turns[0].Tokens)
	require.Equal(t, scenario.Dist{Kind: "lognormal", A: 30, B: 40}, s.Turns[1].Tokens, "150 - 100 - 20, 360 - 300 - 20, 150 - 120 - 20")
	require.Equal(t, scenario.Dist{Kind: "lognormal", A: 4, B: 10}, s.Turns[1].Think)
	require.Contains(t, b.String(), "6 requests of 3 conversations")
}

func TestRecordFaults(t *testing.T) {
	var r Recorder
	require.ErrorContains(t, r.Write(&strings.Builder{}), "no span has gen_ai.usage.input_tokens")
	require.ErrorContains(t, r.Add([]byte(fmt.Sprintf("%s\n{", capture(t, 1, "a", 0, 1, 1, 1)))), "line 2")
}
