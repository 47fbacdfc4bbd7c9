package genaievents

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// failure is what is known of the failures in a trace, or in a span. A failure goes up through the spans around it, so only what lies
// innermost is told. A span around it is told where nothing inside has failed as far as is known, and then it stands for the first inner
// failure that comes late. So there is one record for each failure, in whatever order the spans come.
type failure uint8

const (
	failureNone failure = iota
	failureTold
	failureLent // what lies around was told
)

// next says whether a failure is told, and what is known from then on; outer is that of what lies around the others.
func (f failure) next(outer bool) (tell bool, after failure) {
	switch {
	case outer && f == failureNone:
		return true, failureLent
	case outer:
		return false, f
	case f == failureLent:
		return false, failureTold
	}
	return true, failureTold
}

// depth is where in a trace an operation stands that failed.
type depth uint8

const (
	innermost depth = iota // a model call
	between                // a tool, a retrieval: it may hold calls, and what holds it fails with it
	outermost              // an agent, a workflow, a step: it is told where nothing else of its trace is
	passing                // a span that is no operation, such as an HTTP request's: it is never told, and a failure inside of it is one of what is around it too
)

// failedSpan is a failed operation by its keys; 0 is none.
type failedSpan struct {
	depth               depth
	trace, span, parent uint64
}

func (b *conversion) failedSpan(span ptrace.Span, depth depth) failedSpan {
	trace := span.TraceID()
	return failedSpan{depth, b.hasher.Trace(trace), b.hasher.Span(trace, span.SpanID()), b.hasher.Span(trace, span.ParentSpanID())}
}

// noted is a failure as it was before a conversion changed it.
type noted struct {
	of     uint64
	before failure
}

// failures decides under the lock of the memory.
type failures struct {
	known *bounded.Hashes[failure]
	now   time.Time
	noted []noted
}

// fail says whether a failure is to be told, and remembers it. before gets what is to be undone where the record is refused.
func (m *memory) fail(s failedSpan, before []noted, now time.Time) (tell bool, _ []noted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := failures{m.failures, now, before}
	tell = f.tell(s)
	return tell, f.noted
}

func (f *failures) tell(s failedSpan) bool {
	switch s.depth {
	case passing:
		if f.is(s.span, failureTold) {
			f.next(s.parent, false)
		}
		return false
	case innermost:
		return f.next(s.parent, false) && f.next(s.trace, false)
	case between:
		first, alone := f.next(s.span, true), f.next(s.parent, false)
		return first && alone && f.next(s.trace, false)
	}
	switch {
	case f.is(s.span, failureTold): // by what is inside
		f.next(s.parent, false)
		return false
	case f.is(s.parent, failureLent): // what is around it stands for what is inside
		f.next(s.parent, false)
		f.next(s.span, true)
		return false
	case !f.next(s.trace, true):
		return false
	}
	f.next(s.parent, false)
	return true
}

func (f *failures) is(of uint64, state failure) bool {
	known, _ := f.known.Get(of, f.now)
	return of != 0 && known == state
}

// next is what a failure makes of what is known of a trace or span.
func (f *failures) next(of uint64, outer bool) (tell bool) {
	if of == 0 {
		return true
	}
	before, _ := f.known.Get(of, f.now)
	tell, after := before.next(outer)
	if after != before {
		f.known.Put(of, after, f.now)
		f.noted = append(f.noted, noted{of, before})
	}
	return tell
}

// depthOf says where an operation that failed stands; false is one whose failure another span tells.
func depthOf(op *genai.Operation) (_ depth, ok bool) {
	switch op.Kind {
	case genai.ModelCall:
		return innermost, op.IsCall()
	case genai.Tool, genai.Retrieval, genai.Cache, genai.Evaluation:
		return between, true
	}
	return outermost, true
}
