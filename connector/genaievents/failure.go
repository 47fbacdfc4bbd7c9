package genaievents

import (
	"cmp"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// writeAround writes the failures of spans that may be around others: now all failures inside of them are known that this request has.
// Spans that end first are inside of those that end later.
func (b *conversion) writeAround() {
	slices.SortStableFunc(b.around, func(x, y failureAround) int {
		return cmp.Or(cmp.Compare(x.span.EndTimestamp(), y.span.EndTimestamp()), cmp.Compare(y.span.StartTimestamp(), x.span.StartTimestamp()))
	})
	for i := range b.around {
		f, op := &b.around[i], &b.read[0].op
		if f.depth == passing {
			b.isInnermost(f.span, passing)
		} else if genai.ReadCanonical(f.span, op) {
			b.item.read(op, f.span, f.source, &b.cfg.Keep)
			b.writeFailure(&b.item, f.depth)
		}
	}
}

// writeFailure writes a failed operation: as an error unless another span has told the failure, and, as the conventions ask, as an
// exception of each call that has one.
func (b *conversion) writeFailure(it *item, depth depth) {
	if b.langchain && b.isInnermost(it.span, depth) {
		b.writeApplicationError(it)
	}
	if b.semconv && depth == innermost {
		b.writeException(it)
	}
}

// isInnermost says whether nothing else has told the failure of a span, as far as is known, and remembers it.
func (b *conversion) isInnermost(span ptrace.Span, depth depth) (tell bool) {
	tell, b.failures = b.memory.fail(b.failedSpan(span, depth), b.failures, b.now)
	return tell
}

func (b *conversion) writeApplicationError(it *item) {
	kind, message, stack := b.exceptionOf(it)
	if it.op.ErrorType != "" || kind == "" {
		kind = it.op.FailureType()
	}
	w := b.begin(evError, b.severity[evError], &it.head)
	w.requestID(it)
	w.text(fLogErrorType, kind)
	w.text(fLogErrorMessage, message)
	w.text(fAttrComponent, componentOf(it.op))
	w.whole(fLogService, b.serviceName(it.head.source))
	w.full(fLogStackTrace, stack)
	w.end(&it.head, cmp.Or(message, kind))
}

// writeException writes the conventions' event for a failed call.
func (b *conversion) writeException(it *item) {
	kind, message, stack := b.exceptionOf(it)
	if kind == "" {
		kind = it.op.FailureType()
	}
	w := b.begin(evException, b.severity[evException], &it.head)
	w.text(fExceptionType, kind)
	w.text(fExceptionMessage, message)
	w.text(fErrorType, it.op.FailureType())
	w.named(it.op)
	w.full(fExceptionStack, stack)
	w.end(&it.head, cmp.Or(message, kind))
}

func componentOf(op *genai.Operation) string {
	switch op.Kind {
	case genai.ModelCall:
		return genai.ComponentLLM
	case genai.Tool:
		return genai.ComponentTool
	case genai.Retrieval:
		return genai.ComponentRetrieval
	case genai.Cache:
		return genai.ComponentCache
	case genai.Evaluation:
		return genai.ComponentEvaluation
	}
	return genai.ComponentAgent
}

// maxEvents is how many events of a span are looked through for its exception.
const maxEvents = 128

// exceptionOf is what the span says of its failure: the last exception that it recorded, else its status.
func (b *conversion) exceptionOf(it *item) (kind, message, stack string) {
	all := it.span.Events()
	for i := all.Len() - 1; i >= 0 && all.Len()-i <= maxEvents; i-- {
		if e := all.At(i); genai.IsException(e.Name()) {
			kind, message, stack = exception(e)
			break
		}
	}
	attrs := it.head.attrs
	message = cmp.Or(message, it.span.Status().Message(), genai.StringOf(attrs, genai.ExceptionMessage),
		genai.StringOf(attrs, "error.message"), genai.StringOf(attrs, "langfuse.observation.status_message"))
	kind = cmp.Or(kind, genai.StringOf(attrs, genai.ExceptionType))
	stack = cmp.Or(stack, genai.StringOf(attrs, genai.ExceptionStack), genai.StringOf(attrs, "error.stack"))
	if b.cfg.Content.Mode != contentFull {
		message = firstLine(message) // the rest is often the stack
	}
	return kind, message, stack
}

func exception(e ptrace.SpanEvent) (kind, message, stack string) {
	attrs := e.Attributes()
	return genai.StringOf(attrs, genai.ExceptionType), genai.StringOf(attrs, genai.ExceptionMessage), genai.StringOf(attrs, genai.ExceptionStack)
}

func firstLine(s string) string {
	s = strings.TrimLeft(s, " \t\r\n")
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	return strings.TrimRight(s, "\r")
}
