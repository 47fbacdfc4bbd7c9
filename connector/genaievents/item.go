package genaievents

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// item is one operation that is read from a span.
type item struct {
	op      *genai.Operation
	span    ptrace.Span
	head    head
	took    time.Duration
	timed   bool // took is known
	content content
}

// longestOperation is how long an operation may take; what lasts longer has a start that no clock showed.
const longestOperation = 7 * 24 * time.Hour

// read fills it from the span.
func (it *item) read(op *genai.Operation, span ptrace.Span, source int, keep *Keep) {
	it.op, it.span = op, span
	start, end := span.StartTimestamp(), span.EndTimestamp()
	it.took, it.timed = duration(start, end)
	it.head = head{
		source: source, time: end, trace: span.TraceID(), span: span.SpanID(), flags: span.Flags(), attrs: span.Attributes(),
		share: keep.share(it.failed(), it.took),
	}
}

func (it *item) failed() bool { return it.op.Failure != genai.Succeeded }

// duration is how long an operation took; one that ends before it begins took no time.
func duration(start, end pcommon.Timestamp) (took time.Duration, known bool) {
	switch {
	case start == 0 || end == 0 || end > math.MaxInt64:
		return 0, false
	case end < start:
		return 0, true
	}
	took = time.Duration(end - start) //nolint:gosec // both fit
	return took, took <= longestOperation
}

// requestID is the sender's name for the request; "" is none.
func (it *item) requestID() string {
	v, ok := it.head.attrs.Get(genai.RequestIDAttribute)
	if !ok {
		return ""
	}
	switch v.Type() {
	case pcommon.ValueTypeStr, pcommon.ValueTypeInt:
		return v.AsString()
	}
	return ""
}
