package llmcost

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Dialects of clients and versions that are not among the recorded runs, each as one trace, end to end.

// told is one span of a trace: its parent's place in the trace (0 is the root itself), and what it must become.
type told struct {
	scope  string
	name   string
	kind   ptrace.SpanKind
	parent int // place of the parent, from 1; 0 for none
	attrs  map[string]any

	status string // "" for no status
	reason string
	usd    int64 // nano-USD
}

const (
	internal = ptrace.SpanKindInternal
	client   = ptrace.SpanKindClient
	server   = ptrace.SpanKindServer
)

func traceOf(t testing.TB, spans []told) ptrace.Traces {
	t.Helper()
	td := ptrace.NewTraces()
	for i, s := range spans {
		ss := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty()
		ss.Scope().SetName(s.scope)
		span := ss.Spans().AppendEmpty()
		span.SetTraceID(pcommon.TraceID{9})
		span.SetSpanID(pcommon.SpanID{1, byte(i + 1)})
		if s.parent > 0 {
			span.SetParentSpanID(pcommon.SpanID{1, byte(s.parent)})
		}
		span.SetName(s.name)
		span.SetKind(s.kind)
		at := time.Date(2026, 10, 1, 0, 0, 0, i*1_000_000, time.UTC)
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(at))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Second)))
		require.NoError(t, span.Attributes().FromRaw(s.attrs))
	}
	return td
}

func of(t *testing.T, provider, model string, b billed) int64 { return price(t, provider, model, b) }

func TestDialectsNotRecorded(t *testing.T) {
	cases := dialectCases(t)
	for name, spans := range cases {
		t.Run(name, func(t *testing.T) {
			td := startProcessor(t, nil).process(t, traceOf(t, spans))
			i := 0
			eachSpan(td, func(span ptrace.Span) {
				want := spans[i]
				i++
				got := span.Attributes().AsRaw()
				status, _ := got[genai.CostStatus].(string)
				reason, _ := got[genai.CostReason].(string)
				require.Equal(t, [2]string{want.status, want.reason}, [2]string{status, reason}, "span %d: %v", i, got)
				if total, ok := got[genai.CostTotal].(float64); want.usd != 0 || ok {
					require.Equal(t, want.usd, int64(math.Round(total*1e9)), "span %d: %v", i, got)
				}
			})
			var want int64
			for _, s := range spans {
				want += s.usd
			}
			p := startProcessor(t, nil)
			parts := oneByOne(traceOf(t, spans))
			slices.Reverse(parts)
			for k := range parts {
				parts[k] = p.process(t, parts[k])
			}
			require.Equal(t, want, sumOf(parts...).nano, "one span a request, children first")
		})
	}
}
