package genaievents

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/replay"
)

// A span that told nothing has used up nothing: senders that send a span twice, at first without its end, say only then that it failed.
func TestASpanThatToldNothingMayTellLater(t *testing.T) {
	s := newSpans()
	inner := s.add(t, noParent, agentAttrs())
	inner.SetParentSpanID([8]byte{9})
	r := start(t, "")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Empty(t, r.records())
	state, err := r.Get()
	require.NoError(t, err)
	require.Zero(t, state.memory.ids.Len())

	inner.Attributes().PutStr(genai.ErrorType, "boom")
	inner.Status().SetCode(ptrace.StatusCodeError)
	for range 2 {
		require.NoError(t, r.ConsumeTraces(ctx, s.td))
	}
	require.Len(t, r.records(), 1)
	require.Equal(t, 1, r.count(genai.EventApplicationError))
}

// Seconds have as many digits as the clock, no more.
func TestSecondsAreShort(t *testing.T) {
	s := newSpans()
	span := s.add(t, noParent, callAttrs())
	span.SetEndTimestamp(span.StartTimestamp() + 1_902_000_000)
	r := start(t, "")
	require.NoError(t, r.ConsumeTraces(ctx, s.td))
	require.Contains(t, r.records()[0].Body().Str(), " latency_seconds=1.902 ")
}

// The conventions have an exception of each call that failed, whatever around it has told the failure.
func TestEachFailedCallHasAnException(t *testing.T) {
	s := newSpans()
	agent := s.add(t, noParent, agentAttrs(genai.ErrorType, "boom"))
	tool := s.add(t, agent, toolAttrs(genai.ErrorType, "boom"))
	s.add(t, tool, callAttrs(genai.ErrorType, "429"))
	for naming, errors := range map[string]int{"[semconv]": 0, "[langchain, semconv]": 1} {
		r := start(t, "naming: "+naming)
		for _, one := range replay.OneByOne(s.td) {
			require.NoError(t, r.ConsumeTraces(ctx, one))
			require.NoError(t, r.ConsumeTraces(ctx, one), "and again")
		}
		require.Equal(t, 1, r.count(genai.EventInferenceFailure), naming)
		require.Equal(t, errors, r.count(genai.EventApplicationError), naming)
	}
}
