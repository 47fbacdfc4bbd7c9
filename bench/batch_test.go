package bench

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Every copy of a batch must look new in what tells calls apart, and the same in everything else.
func TestCopiesAreNewSpans(t *testing.T) {
	b, err := AgentMix()
	require.NoError(t, err)
	first, second := SpansOf(b.Fresh()), SpansOf(b.Fresh())
	require.Len(t, first, b.Spans)
	require.Len(t, second, b.Spans)
	for i := range first {
		require.NotEqual(t, first[i].SpanID(), second[i].SpanID())
		require.NotEqual(t, first[i].TraceID(), second[i].TraceID())
		require.Equal(t, first[i].Attributes().Len(), second[i].Attributes().Len())
		if id, ok := first[i].Attributes().Get("gen_ai.response.id"); ok {
			other, _ := second[i].Attributes().Get("gen_ai.response.id")
			require.NotEqual(t, id.Str(), other.Str())
		}
	}
	hasParent := func(s ptrace.Span) bool {
		return s.ParentSpanID().IsEmpty() ||
			slices.ContainsFunc(second, func(up ptrace.Span) bool { return up.SpanID() == s.ParentSpanID() && up.TraceID() == s.TraceID() })
	}
	for _, s := range second {
		require.True(t, hasParent(s), "links between spans stay")
	}
}
