package llmcost

import (
	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// failTools gives the runs of tools the failures that only a step inside them tells (Claude Code). The step ends a moment before the run, and comes
// with it but for chance.
func (r *request) failTools() {
	if !r.failing {
		return
	}
	steps := make(map[uint64]*spanCall) // by the run that each lies in
	for i := range r.calls {
		if step := &r.calls[i]; step.op.FailsTool && step.op.Failure != genai.Succeeded {
			steps[r.hash.Span(step.span.TraceID(), step.span.ParentSpanID())] = step
		}
	}
	for i := range r.calls {
		c := &r.calls[i]
		if c.op.Kind != genai.Tool || c.op.Failure != genai.Succeeded {
			continue
		}
		if step := steps[r.hash.Span(c.span.TraceID(), c.span.SpanID())]; step != nil && !c.span.SpanID().IsEmpty() {
			c.op.Failure, c.op.ErrorType = step.op.Failure, step.op.ErrorType
			c.op.Stale |= dialect.HasFailure
		}
	}
}
