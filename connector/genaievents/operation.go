package genaievents

import (
	"fmt"
	"time"

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
	it.content.read(it.head.attrs)
	w := b.begin(evRequest, b.severity[evRequest], &it.head)
	w.requestID(it)
	w.text(genai.AttrAgentType, it.op.Agent)
	w.size(genai.LogInputLength, &it.content, textInput)
	w.size(genai.LogAnswerLength, &it.content, textAnswer)
	w.seconds(genai.LogDuration, it)
	w.outcome(it)
	w.whole(genai.LogService, b.serviceName(it.head.source))
	w.content(&it.content, textInput, genai.LogInputHash, genai.LogInput)
	w.content(&it.content, textAnswer, genai.LogAnswerHash, genai.LogAnswer)
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
	w.text(genai.AttrProvider, op.Provider)
	w.text(genai.AttrModel, op.ModelAsked())
	if op.UsageState == genai.UsageKnown || op.UsageState == genai.UsageGuessed {
		w.count(genai.LogPromptTokens, op.Usage.Input)
		w.count(genai.LogAnswerTokens, op.Usage.Output)
		w.count(genai.LogTotalTokens, op.Usage.Input+op.Usage.Output)
	}
	w.seconds(genai.LogLatency, it)
	w.cost(genai.LogCost, op)
	w.text(genai.LogCostStatus, op.Status)
	w.count(genai.LogAttempt, int64(op.Attempt)+1)
	if op.TimeToFirstChunk > 0 {
		w.number(genai.LogFirstToken, op.TimeToFirstChunk)
	}
	w.outcome(it)
	w.whole(genai.LogService, b.serviceName(it.head.source))
	if b.cfg.Content.Mode != contentNone {
		it.content.read(it.head.attrs)
		w.size(genai.LogInputLength, &it.content, textInput)
		w.size(genai.LogAnswerLength, &it.content, textAnswer)
		w.content(&it.content, textInput, genai.LogInputHash, genai.LogInput)
		w.content(&it.content, textAnswer, genai.LogAnswerHash, genai.LogAnswer)
	}
	w.end(&it.head, w.sentence("call of a model", op.ModelAsked(), it))
}

func (b *conversion) writeTool(it *item) {
	if !b.keeps(evTool, it) {
		return
	}
	c := &it.content
	c.read(it.head.attrs)
	arguments, result := c.first(textArguments, textInput), c.first(textResult, textAnswer)
	w := b.begin(evTool, b.severity[evTool], &it.head)
	w.requestID(it)
	w.text(genai.AttrToolName, it.op.Tool)
	w.size(genai.LogInputLength, c, arguments)
	w.text(genai.LogResultType, c.resultType(result))
	w.size(genai.LogResultSize, c, result)
	w.seconds(genai.LogDuration, it)
	w.outcome(it)
	w.whole(genai.LogService, b.serviceName(it.head.source))
	w.content(c, arguments, genai.LogInputHash, genai.LogInputParams)
	w.content(c, result, genai.LogResultHash, genai.LogResult)
	w.end(&it.head, w.sentence("run of a tool", it.op.Tool, it))
}

func (w *recordWriter) seconds(key string, it *item) {
	if it.timed {
		w.number(key, it.took.Seconds())
	}
}

// requestID is the sender's name for the request, else the trace's id.
func (w *recordWriter) requestID(it *item) {
	id, sent := it.requestID()
	if sent {
		id = w.cut(id, w.cfg.MaxValueBytes)
	}
	if id != "" {
		w.whole(genai.LogRequestID, id)
	}
}

func (w *recordWriter) outcome(it *item) {
	w.whole(genai.LogStatus, it.op.Failure.Status())
	w.text(genai.LogErrorType, it.op.FailureType())
}

// maxUSD is the largest amount that is believed: doubles hold nano-USD exactly up to it.
const maxUSD = float64(1<<53) / 1e9

func (w *recordWriter) cost(key string, op *genai.Operation) {
	if op.Counts() && op.TotalUSD >= 0 && op.TotalUSD <= maxUSD {
		w.number(key, op.TotalUSD)
	}
}

func (w *recordWriter) size(key string, c *content, t text) {
	if n := c.size(t); n > 0 {
		w.count(key, n)
	}
}

// content writes as much of a text as is told. It is not in the body, where nobody could leave it out later.
func (w *recordWriter) content(c *content, t text, hash, whole string) {
	w.quiet = true
	switch w.cfg.Content.Mode {
	case contentHash:
		w.text(hash, c.hash(t))
	case contentFull:
		if s := c.string(t); s != "" {
			w.whole(whole, w.cut(s, w.cfg.Content.Full.MaxBytes))
		}
	}
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
	return w.cut(s, w.cfg.MaxValueBytes)
}
