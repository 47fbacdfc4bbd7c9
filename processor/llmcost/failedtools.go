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
	for i := range r.calls {
		if step := &r.calls[i]; step.op.FailsTool && step.op.Failure != genai.Succeeded {
			r.failTool(step)
		}
	}
}

func (r *request) failTool(step *spanCall) {
	trace, id := step.span.TraceID(), step.span.ParentSpanID()
	for i := range r.calls {
		c := &r.calls[i]
		if c.op.Kind != genai.Tool || c.op.Failure != genai.Succeeded || c.span.SpanID() != id || c.span.TraceID() != trace {
			continue
		}
		c.op.Failure, c.op.ErrorType = step.op.Failure, step.op.ErrorType
		c.op.Stale |= dialect.HasFailure
		return
	}
}
