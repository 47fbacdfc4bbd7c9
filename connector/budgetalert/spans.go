package budgetalert

import (
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// traces reads the model calls among spans. It keeps nothing of td.
func (r *reader) traces(b *batch, td ptrace.Traces) {
	var op genai.Operation
	for _, rs := range td.ResourceSpans().All() {
		resource := rs.Resource().Attributes()
		service := ""
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				if !genai.ReadCanonical(span, &op) || !isCall(&op) {
					continue
				}
				if service == "" {
					service = serviceOf(resource)
				}
				r.add(b, &call{
					op: &op, service: service, id: r.spanID(span, &op), end: span.EndTimestamp(), trace: span.TraceID(), span: span.SpanID(),
					attrs: span.Attributes(), resource: resource, seen: func() seen { return seen{rs, ss, span} },
				})
			}
		}
	}
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
