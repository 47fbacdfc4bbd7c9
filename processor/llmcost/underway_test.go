package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Judgment sends a span while it is under way and again when it has ended: only the end tells usage, and it is one call.
func TestASpanThatIsSentWhileItIsUnderWay(t *testing.T) {
	ended := clientCase(t, "judgeval/openai")
	underWay := copyOf(ended)
	var calls int
	eachSpan(underWay, func(span ptrace.Span) {
		calls++
		span.SetEndTimestamp(span.StartTimestamp())
		span.Attributes().RemoveIf(func(key string, _ pcommon.Value) bool { return key != "judgment.span_kind" })
		span.Attributes().PutInt("judgment.update_id", 0)
	})
	eachSpan(ended, func(span ptrace.Span) { span.Attributes().PutInt("judgment.update_id", 1) })
	require.Positive(t, calls)
	want := answersTo(copyOf(ended), t)

	p := startProcessor(t, nil)
	eachSpan(p.process(t, underWay), func(span ptrace.Span) {
		_, told := span.Attributes().Get(genai.CostStatus)
		require.False(t, told, span.Name())
	})
	require.Equal(t, want.Total, sumOf(p.process(t, ended)).nano)
	require.Positive(t, want.Total)
}
