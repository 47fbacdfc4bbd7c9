package llmcost

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// told is one span of a trace.
type told struct {
	scope  string
	name   string
	kind   ptrace.SpanKind
	parent int // place of the parent, from 1; 0 for none
	attrs  map[string]any
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
