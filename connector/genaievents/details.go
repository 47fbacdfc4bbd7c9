package genaievents

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The conventions' events: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/. What is a list there is left out: records
// are flat.

func (b *conversion) writeDetails(it *item) {
	op := it.op
	w := b.begin(evDetails, b.severity[evDetails], &it.head)
	w.named(op)
	w.text(fConversationID, op.Conversation)
	w.text(fErrorType, op.FailureType())
	if op.AddsTokens() {
		w.count(fUsageInput, op.Usage.Input)
		w.count(fUsageOutput, op.Usage.Output)
		w.some(fUsageCacheRead, op.Usage.CacheRead)
		w.some(fUsageCacheWrite, op.Usage.CacheWrite)
		w.some(fUsageReasoning, op.Usage.Reasoning)
	}
	if op.TimeToFirstChunk > 0 {
		w.number(fFirstChunk, op.TimeToFirstChunk)
	}
	w.cost(fCostTotal, op)
	w.text(fCostStatus, op.Status)
	w.text(fCallAdds, op.Adds.Word())
	w.copied(it)
	w.callContent(it, fInputMessages, fOutputMessages)
	w.end(&it.head, w.sentence("call of a model", op.ModelAsked(), it))
}

// copied writes what the span only repeats of its request, as far as there is room for it beside what comes then.
func (w *recordWriter) copied(it *item) {
	room := mostAttributes - w.attrs.Len() - 1 - len(w.cfg.Attributes) // 1 is the share kept
	if w.cfg.Content.Mode != contentNone {
		room -= 4
	}
	for _, f := range copied {
		v, ok := it.head.attrs.Get(f.key)
		switch {
		case !ok:
		case room > 0:
			w.value(f, v)
			room--
		default:
			w.cuts++
		}
	}
}

// named writes what names a call in the conventions' words.
func (w *recordWriter) named(op *genai.Operation) {
	w.text(fOperationName, op.Name)
	w.text(fProviderName, op.Provider)
	w.text(fRequestModel, op.RequestModel)
	w.text(fResponseModel, op.ResponseModel)
	w.text(fResponseID, op.ResponseID)
	w.text(fAgentName, op.Agent)
}

// some writes a count that is not 0.
func (w *recordWriter) some(f *field, n int64) {
	if n > 0 {
		w.count(f, n)
	}
}

// evaluations writes the scores among the events of a span, GenAI or not.
func (b *conversion) evaluations(span ptrace.Span, source int) {
	all := span.Events()
	for i := range min(all.Len(), maxEvents) {
		if e := all.At(i); e.Name() == genai.EvaluationEvent && b.claim(b.hasher.Event(span.TraceID(), span.SpanID(), i)) {
			b.writeEvaluation(span, e, source)
		}
	}
}

func (b *conversion) writeEvaluation(span ptrace.Span, e ptrace.SpanEvent, source int) {
	h := head{
		source: source, time: e.Timestamp(), trace: span.TraceID(), span: span.SpanID(), flags: span.Flags(), attrs: span.Attributes(), share: 1,
	}
	if h.time == 0 {
		h.time = span.EndTimestamp()
	}
	attrs := e.Attributes()
	w := b.begin(evEvaluation, b.severity[evEvaluation], &h)
	w.text(fEvaluationName, genai.StringOf(attrs, genai.EvaluationName))
	if v, ok := attrs.Get(genai.EvaluationScore); ok && v.Type() != pcommon.ValueTypeStr {
		w.value(fEvaluationScore, v)
	}
	w.text(fEvaluationLabel, genai.StringOf(attrs, genai.EvaluationLabel))
	w.text(fResponseID, genai.StringOf(attrs, genai.ResponseID))
	w.text(fAgentName, genai.StringOf(attrs, genai.AgentName))
	w.text(fErrorType, genai.StringOf(attrs, genai.ErrorType))
	w.full(fEvaluationExplanation, genai.StringOf(attrs, genai.EvaluationExplanation))
	w.end(&h, "evaluation "+genai.StringOf(attrs, genai.EvaluationName))
}
