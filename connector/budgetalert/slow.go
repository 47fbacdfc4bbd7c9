package budgetalert

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// noteSlow tells the thresholds of a span that took too long.
func noteSlow(e *threshold.Evaluator, span ptrace.Span, op *genai.Operation, resource ptrace.ResourceSpans, now time.Time) {
	scope, name, ok := scopeOf(op)
	if !ok || span.EndTimestamp() < span.StartTimestamp() {
		return
	}
	took := time.Duration(span.EndTimestamp() - span.StartTimestamp()) //nolint:gosec // what is absurd is refused there
	if !e.Slow(scope, took) {
		return
	}
	e.Span(&threshold.SpanCall{
		Scope: scope, Service: serviceOf(resource.Resource().Attributes()), Name: cut(name), Duration: took,
		End: span.EndTimestamp().AsTime(), Trace: span.TraceID(), Span: span.SpanID(),
	}, now)
}

// scopeOf is what a threshold calls an operation, and whose it is.
func scopeOf(op *genai.Operation) (scope threshold.Scope, name string, ok bool) {
	switch op.Kind {
	case genai.Agent:
		return threshold.AgentSpan, op.Agent, true
	case genai.ModelCall:
		return threshold.ModelSpan, op.ModelAsked(), op.Status != genai.StatusDuplicate && op.Adds == genai.AddsAll
	case genai.Tool:
		return threshold.ToolSpan, op.Tool, true
	}
	return 0, "", false
}
