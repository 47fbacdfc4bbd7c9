package budgetalert

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// traces reads the model calls among spans, and tells the thresholds of those that are slow. It keeps nothing of td.
func (r *reader) traces(b *spending, td ptrace.Traces) {
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

func (r *reader) readSpan(b *spending, of *sender, what seen) {
	op, span := &b.op, what.span
	if !genai.ReadCanonical(span, op) {
		return
	}
	if r.slow != nil {
		noteSlow(r.slow, span, op, what.resource, b.now)
	}
	if !tells(op) {
		return
	}
	if of.service == "" {
		of.service = serviceOf(of.resource)
	}
	r.add(b, &call{
		op: op, service: of.service, id: r.hasher.Call(span.TraceID(), span.SpanID(), op), end: span.EndTimestamp(), trace: span.TraceID(), span: span.SpanID(),
		attrs: span.Attributes(), resource: of.resource, what: what,
	})
}
