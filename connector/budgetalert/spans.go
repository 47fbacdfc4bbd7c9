package budgetalert

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// traces reads the model calls among spans, and tells the thresholds of those that are slow. It keeps nothing of td.
func (r *reader) traces(b *batch, td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		of := sender{resource: rs.Resource().Attributes()}
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				r.readSpan(b, &of, seen{rs, ss, span})
			}
		}
	}
}

// sender is the resource whose spans are being read.
type sender struct {
	resource pcommon.Map
	service  string // "" until it is asked for
}

func (r *reader) readSpan(b *batch, of *sender, what seen) {
	op, span := &b.op, what.span
	if !genai.ReadCanonical(span, op) {
		return
	}
	if r.slow != nil {
		noteSlow(r.slow, span, op, what.resource, b.now)
	}
	if !isCall(op) {
		return
	}
	if of.service == "" {
		of.service = serviceOf(of.resource)
	}
	r.add(b, &call{
		op: op, service: of.service, id: r.spanID(span, op), end: span.EndTimestamp(), trace: span.TraceID(), span: span.SpanID(),
		attrs: span.Attributes(), resource: of.resource, what: what,
	})
}

// spanID is by what a call is known again. A response id that is unique in the world says it whoever reports the call; servers and mocks
// that give one id to several answers do not, there the span does.
func (r *reader) spanID(span ptrace.Span, op *genai.Operation) uint64 {
	if genai.UniqueResponseID(op.ResponseID) {
		return r.hasher.Response(op.ResponseID, op.Usage.Output)
	}
	if id := r.hasher.Span(span.TraceID(), span.SpanID()); id != 0 {
		return id
	}
	return r.hasher.Response(op.ResponseID, op.Usage.Output)
}
