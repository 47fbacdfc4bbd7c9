package genaievents

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// traces writes the records of the GenAI operations among spans. It keeps nothing of td.
func (b *conversion) traces(td ptrace.Traces) {
	for i := range td.ResourceSpans().Len() {
		rs := td.ResourceSpans().At(i)
		source := b.addSource(rs.Resource(), rs.SchemaUrl())
		for j := range rs.ScopeSpans().Len() {
			spans := rs.ScopeSpans().At(j).Spans()
			for k := range spans.Len() {
				b.readSpan(spans.At(k), source)
			}
		}
		b.writeRead(source)
	}
	b.writeAround()
}

// readAhead is how many spans are read before the first record of theirs is written: what is remembered of them is fetched together.
const readAhead = 8

// readSpan is one that was read.
type readSpan struct {
	op      genai.Operation
	span    ptrace.Span
	key     uint64
	tells   tells
	claimed bool // what it tells has no record yet
}

func (b *conversion) readSpan(span ptrace.Span, source int) {
	r := &b.read[b.reads]
	r.tells = 0
	if genai.ReadCanonical(span, &r.op) {
		if !r.op.Elsewhere {
			r.tells = b.tellsOf(&r.op, span)
		}
	} else if span.Status().Code() == ptrace.StatusCodeError && b.langchain && b.writes.failures {
		b.around = append(b.around, failureAround{span, source, passing})
	}
	if r.tells == 0 && !b.mayEvaluate(span) {
		return
	}
	r.span, r.key = span, 0
	if r.tells != 0 {
		r.key = b.hasher.Call(span.TraceID(), span.SpanID(), identity(&r.op))
	}
	if b.reads++; b.reads == readAhead {
		b.writeRead(source)
	}
}

// writeRead writes the records of the spans of a source that were read.
func (b *conversion) writeRead(source int) {
	b.memory.claimSpans(b.read[:b.reads], b.now)
	for i := range b.read[:b.reads] {
		r := &b.read[i]
		if r.tells != 0 && b.note(r.key, r.claimed) {
			b.item.read(&r.op, r.span, source, &b.cfg.Keep)
			b.write(&b.item, r.tells)
		}
		if b.mayEvaluate(r.span) {
			b.evaluations(r.span, source)
		}
	}
	b.reads = 0
}

// mayEvaluate says whether a span may hold evaluations that are to be written.
func (b *conversion) mayEvaluate(span ptrace.Span) bool {
	return b.semconv && span.Events().Len() > 0 && b.writes.evaluations
}

// identity is what a span is known by besides its ids: a call by the id of its answer, whoever reports it.
func identity(op *genai.Operation) *genai.Operation {
	if op.IsCall() {
		return op
	}
	return &noOperation
}

var noOperation genai.Operation // only read

// claim says whether what a key stands for has no record yet.
func (b *conversion) claim(key uint64) bool {
	return b.note(key, b.memory.claim(key, b.now))
}

// note notes a claim, which is to be undone where the records are refused, or that there was none.
func (b *conversion) note(key uint64, claimed bool) bool {
	if !claimed {
		b.again++
		return false
	}
	if key != 0 {
		b.claims = append(b.claims, key)
	}
	return true
}

// write writes what an operation tells.
func (b *conversion) write(it *item, t tells) {
	if t&tellsRequest != 0 {
		b.writeRequest(it)
	}
	if t&tellsCall != 0 {
		b.writeCall(it)
	}
	if t&tellsTool != 0 {
		b.writeTool(it)
	}
	if t&tellsFailure != 0 {
		if depth, _ := depthOf(it.op); depth == innermost {
			b.writeFailure(it, depth)
		} else {
			b.around = append(b.around, failureAround{it.span, it.head.source, depth})
		}
	}
}

// keeps says whether an item's record is among the share that is kept.
func (b *conversion) keeps(e event, it *item) bool {
	if keeps(it.head.share, it.head.trace, it.head.span) {
		return true
	}
	b.sampledOut[e]++
	return false
}
