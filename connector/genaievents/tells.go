package genaievents

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// tells is what there is to be told of an operation. Most operations of an agent, its steps and inner runs, tell nothing, and of these
// nothing is remembered either.
type tells uint8

const (
	tellsRequest tells = 1 << iota
	tellsCall
	tellsTool
	tellsFailure
)

// tellsOf is what the configuration wants to know of an operation.
func (b *conversion) tellsOf(op *genai.Operation, span ptrace.Span) tells {
	var t tells
	if b.langchain && b.writes.requests && isRequest(op, span, b.cfg.Requests == requestsAll) {
		t |= tellsRequest
	}
	if b.writes.calls && op.IsCall() {
		t |= tellsCall
	}
	if b.langchain && b.writes.tools && op.Kind == genai.Tool {
		t |= tellsTool
	}
	if b.writes.failures && op.Failure != genai.Succeeded {
		if depth, ok := depthOf(op); ok && (b.langchain || depth == innermost) {
			t |= tellsFailure
		}
	}
	return t
}

// isRequest says whether an operation is a whole run of an agent or workflow: from the span alone, for nothing waits for its parent.
func isRequest(op *genai.Operation, span ptrace.Span, all bool) bool {
	root := span.ParentSpanID().IsEmpty()
	switch op.Kind {
	case genai.Agent:
		return root || all || isAgentRequest(span.Name())
	case genai.Workflow:
		return root
	case genai.ModelCall: // senders that put the run's only usage on its span
		return root && (op.Name == genai.OpInvokeAgent || op.Name == genai.OpInvokeWorkflow)
	}
	return false
}

// isAgentRequest knows the name that LangChain's users give the span of a request, whatever serves it.
func isAgentRequest(name string) bool {
	return strings.HasPrefix(name, "agent_request:")
}
