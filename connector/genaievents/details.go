package genaievents

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The conventions' events: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/. What is a list there is left out: records
// are flat.

// copied are attributes of a call's span that its event has too.
var copied = [...]string{
	"server.address", "server.port", "gen_ai.request.max_tokens", "gen_ai.request.temperature", "gen_ai.request.top_p", "gen_ai.output.type",
}

func (b *conversion) writeDetails(it *item) {
	op := it.op
	w := b.begin(evDetails, b.severity[evDetails], &it.head)
	w.named(op)
	w.text(genai.ConversationID, op.Conversation)
	w.text(genai.ErrorType, op.FailureType())
	if op.UsageState == genai.UsageKnown || op.UsageState == genai.UsageGuessed {
		w.count(genai.UsageInput, op.Usage.Input)
		w.count(genai.UsageOutput, op.Usage.Output)
		w.some(genai.UsageCacheRead, op.Usage.CacheRead)
		w.some(genai.UsageCacheWrite, op.Usage.CacheWrite)
		w.some(genai.UsageReasoning, op.Usage.Reasoning)
	}
	if op.TimeToFirstChunk > 0 {
		w.number(genai.FirstChunk, op.TimeToFirstChunk)
	}
	w.cost(genai.CostTotal, op)
	w.text(genai.CostStatus, op.Status)
	for _, key := range copied {
		if v, ok := it.head.attrs.Get(key); ok {
			w.value(key, v)
		}
	}
	if b.cfg.Content.Mode != contentNone {
		it.content.read(it.head.attrs)
		w.size(genai.LogInputLength, &it.content, textInput)
		w.size(genai.LogAnswerLength, &it.content, textAnswer)
		w.content(&it.content, textInput, genai.LogInputHash, genai.InputMessages)
		w.content(&it.content, textAnswer, genai.LogAnswerHash, genai.OutputMessages)
	}
	w.end(&it.head, w.sentence("call of a model", op.ModelAsked(), it))
}

// named writes what names a call in the conventions' words.
func (w *recordWriter) named(op *genai.Operation) {
	w.text(genai.OperationName, op.Name)
	w.text(genai.ProviderName, op.Provider)
	w.text(genai.RequestModel, op.RequestModel)
	w.text(genai.ResponseModel, op.ResponseModel)
	w.text(genai.ResponseID, op.ResponseID)
	w.text(genai.AgentName, op.Agent)
}

// some writes a count that is not 0.
func (w *recordWriter) some(key string, n int64) {
	if n > 0 {
		w.count(key, n)
	}
}

// evaluations writes the scores among the events of a span, GenAI or not.
func (b *conversion) evaluations(span ptrace.Span, source int) {
	all := span.Events()
	for i := range min(all.Len(), maxEvents) {
		if e := all.At(i); e.Name() == genai.EvaluationEvent && b.claim(b.evaluationID(span, i)) {
			b.writeEvaluation(span, e, source)
		}
	}
}

// evaluationID tells the evaluations of a span from one another and from the span; 0 where the span lacks ids.
func (b *conversion) evaluationID(span ptrace.Span, i int) uint64 {
	of := b.hasher.Span(span.TraceID(), span.SpanID())
	if of == 0 {
		return 0
	}
	return of ^ uint64(i+1)*0x9E3779B97F4A7C15 //nolint:gosec // an index
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
	w.text(genai.EvaluationName, textOf(attrs, genai.EvaluationName))
	if v, ok := attrs.Get(genai.EvaluationScore); ok && v.Type() != pcommon.ValueTypeStr {
		w.value(genai.EvaluationScore, v)
	}
	w.text(genai.EvaluationLabel, textOf(attrs, genai.EvaluationLabel))
	w.text(genai.ResponseID, textOf(attrs, genai.ResponseID))
	w.text(genai.AgentName, textOf(attrs, genai.AgentName))
	w.text(genai.ErrorType, textOf(attrs, genai.ErrorType))
	if s := textOf(attrs, genai.EvaluationExplanation); s != "" && b.cfg.Content.Mode == contentFull {
		w.quiet = true
		w.whole(genai.EvaluationExplanation, w.cut(s, b.cfg.Content.Full.MaxBytes))
	}
	w.end(&h, "evaluation "+textOf(attrs, genai.EvaluationName))
}
