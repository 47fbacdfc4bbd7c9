package genaievents

import (
	"encoding/hex"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// severityWords are the events whose severity the configuration says: those of naming langchain.
var severityWords = map[event]string{
	evRequest: eventRequest, evCall: eventLLM, evTool: eventTool, evError: eventError, evAlert: eventAlert,
}

func (b *conversion) writeRequest(it *item) {
	if !b.keeps(evRequest, it) {
		return
	}
	it.content.read(it)
	w := b.begin(evRequest, b.severity[evRequest], &it.head)
	w.requestID(it)
	w.text(fAttrAgentType, it.op.Agent)
	w.size(fLogInputLength, &it.content, textInput)
	w.size(fLogAnswerLength, &it.content, textAnswer)
	w.seconds(fLogDuration, it)
	w.outcome(it)
	w.whole(fLogService, b.serviceName(it.head.source))
	w.content(&it.content, textInput, fLogInputHash, fLogInput)
	w.content(&it.content, textAnswer, fLogAnswerHash, fLogAnswer)
	w.end(&it.head, w.sentence("request of an agent", it.op.Agent, it))
}

func (b *conversion) writeCall(it *item) {
	if b.langchain && b.keeps(evCall, it) {
		b.writeClassicCall(it)
	}
	if b.semconv && b.keeps(evDetails, it) {
		b.writeDetails(it)
	}
}

func (b *conversion) writeClassicCall(it *item) {
	op := it.op
	w := b.begin(evCall, b.severity[evCall], &it.head)
	w.requestID(it)
	w.text(fAttrProvider, op.Provider)
	w.text(fAttrModel, op.ModelAsked())
	if op.AddsTokens() {
		w.count(fLogPromptTokens, op.Usage.Input)
		w.count(fLogAnswerTokens, op.Usage.Output)
		w.count(fLogTotalTokens, op.Usage.Input+op.Usage.Output)
	}
	first := op.Adds == genai.AddsAll
	if first {
		w.seconds(fLogLatency, it)
	}
	w.cost(fLogCost, op)
	w.text(fLogCostStatus, op.Status)
	w.text(fLogAdds, op.Adds.Word())
	if first {
		w.count(fLogAttempt, int64(op.Attempt)+1)
		if op.TimeToFirstChunk > 0 {
			w.number(fLogFirstToken, op.TimeToFirstChunk)
		}
		w.outcome(it)
	}
	w.whole(fLogService, b.serviceName(it.head.source))
	w.callContent(it, fLogInput, fLogAnswer)
	w.end(&it.head, w.sentence("call of a model", op.ModelAsked(), it))
}

func (b *conversion) writeTool(it *item) {
	if !b.keeps(evTool, it) {
		return
	}
	c := &it.content
	c.read(it)
	arguments, result := c.first(textArguments, textInput), c.first(textResult, textAnswer)
	w := b.begin(evTool, b.severity[evTool], &it.head)
	w.requestID(it)
	w.text(fAttrToolName, it.op.Tool)
	w.size(fLogInputLength, c, arguments)
	w.text(fLogResultType, c.resultType(result))
	w.size(fLogResultSize, c, result)
	w.seconds(fLogDuration, it)
	w.outcome(it)
	w.whole(fLogService, b.serviceName(it.head.source))
	w.content(c, arguments, fLogInputHash, fLogInputParams)
	w.content(c, result, fLogResultHash, fLogResult)
	w.end(&it.head, w.sentence("run of a tool", it.op.Tool, it))
}

func (w *recordWriter) seconds(f *field, it *item) {
	if it.timed {
		w.number(f, float64(it.took)/1e9) // Duration.Seconds adds two parts up, and so says 1.9020000000000001
	}
}

// requestID is the sender's name for the request, else the trace's id.
func (w *recordWriter) requestID(it *item) {
	if id := it.requestID(); id != "" {
		w.text(fLogRequestID, id)
	} else if !it.head.trace.IsEmpty() {
		w.word(fLogRequestID, w.traceText(it.head.trace))
	}
}

// traceText is the text of a trace's id: the spans of a trace often come one after the other.
func (b *conversion) traceText(trace pcommon.TraceID) string {
	if b.trace != trace {
		var digits [32]byte
		hex.Encode(digits[:], trace[:])
		b.trace, b.traceID = trace, string(digits[:])
	}
	return b.traceID
}

func (w *recordWriter) outcome(it *item) {
	w.word(fLogStatus, it.op.Failure.Status())
	w.text(fLogErrorType, it.op.FailureType())
}

func (w *recordWriter) cost(f *field, op *genai.Operation) {
	if op.Counts() && op.TotalUSD >= 0 && op.TotalUSD <= genai.MaxUSD {
		w.number(f, op.TotalUSD)
	}
}

func (w *recordWriter) size(f *field, c *content, t text) {
	if n := c.size(t); n > 0 {
		w.count(f, n)
	}
}

// callContent writes what a model was asked and what it answered, as far as the configuration wants it.
func (w *recordWriter) callContent(it *item, input, answer *field) {
	if w.cfg.Content.Mode == contentNone {
		return
	}
	it.content.read(it)
	w.size(fLogInputLength, &it.content, textInput)
	w.size(fLogAnswerLength, &it.content, textAnswer)
	w.content(&it.content, textInput, fLogInputHash, input)
	w.content(&it.content, textAnswer, fLogAnswerHash, answer)
}

// content writes as much of a text as is told. It is not in the body, where nobody could leave it out later.
func (w *recordWriter) content(c *content, t text, hash, full *field) {
	switch w.cfg.Content.Mode {
	case contentHash:
		w.quiet = true
		w.text(hash, c.hash(t))
		w.quiet = false
	case contentFull:
		w.full(full, c.string(t))
	}
}

// full writes a text that is told only where content is told in full.
func (w *recordWriter) full(f *field, s string) {
	if s == "" || w.cfg.Content.Mode != contentFull {
		return
	}
	w.quiet = true
	w.whole(f, w.cut(s, w.cfg.Content.Full.MaxBytes))
	w.quiet = false
}

// sentence is the body for people; it is made only where it is the body.
func (w *recordWriter) sentence(what, name string, it *item) string {
	if w.cfg.Body != bodyMessage {
		return ""
	}
	if name != "" {
		what += " " + name
	}
	s := what + ": " + it.op.Failure.Status()
	if it.timed {
		s += " after " + it.took.Round(time.Microsecond).String()
	}
	if it.op.IsCall() && it.op.Counts() {
		s += fmt.Sprintf(", %.9g USD", it.op.TotalUSD)
	}
	return s
}
