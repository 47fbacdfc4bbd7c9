package genaimetrics

import (
	"math"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// maxScore is the largest score, of either sign, that is believed; one below minScore counts as 0.
const (
	maxScore = 1e9
	minScore = 1e-9
)

// evaluation is one score that an evaluator gave.
type evaluation struct {
	service string
	name    string
	agent   string
	dims    []string
	key     uint64 // of genai.Hasher
	weight  int64  // how many evaluations this one stands for
	origin  origin
}

// scoreOf reads an evaluation's score. ok is false where there is none (a label alone is no score); bad says that there is one
// that makes no sense.
func scoreOf(attrs pcommon.Map) (score float64, ok, bad bool) {
	v, has := attrs.Get(genai.EvaluationScore)
	if !has {
		return 0, false, false
	}
	switch v.Type() {
	case pcommon.ValueTypeDouble:
		score = v.Double()
	case pcommon.ValueTypeInt:
		score = float64(v.Int())
	case pcommon.ValueTypeBool:
		if v.Bool() {
			score = 1
		}
	default:
		parsed, err := strconv.ParseFloat(v.AsString(), 64)
		if err != nil {
			return 0, false, true
		}
		score = parsed
	}
	if !(math.Abs(score) <= maxScore) { // NaN too
		return 0, false, true
	}
	if math.Abs(score) < minScore {
		score = 0
	}
	return score, true, false
}

// observeEvaluations counts the evaluation events of a span. They come with any span, GenAI or not; agent is the span's own.
func (e *engine) observeEvaluations(span ptrace.Span, agent string, from *sender, dims []string) {
	for i := range span.Events().Len() {
		event := span.Events().At(i)
		if event.Name() != genai.EvaluationEvent {
			continue
		}
		at := origin{time: nanos(event.Timestamp()), trace: span.TraceID(), span: span.SpanID()}
		v := evaluation{
			service: from.service, dims: dims, origin: at, key: e.seen.hash.Event(at.trace, at.span, i), weight: weight(span.TraceState().AsRaw(), at.span),
			name: genai.TextOf(event.Attributes(), genai.EvaluationName), agent: genai.TextOf(event.Attributes(), genai.AgentName),
		}
		if v.agent == "" {
			v.agent = agent
		}
		e.observeEvaluation(&v, event.Attributes(), from.now)
	}
}

// observeEvaluation counts one score.
func (e *engine) observeEvaluation(v *evaluation, attrs pcommon.Map, now time.Time) {
	score, ok, bad := scoreOf(attrs)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(now)
	if bad {
		e.health.rejected++
	}
	if !ok {
		return
	}
	if e.seen.again(v.key, now) {
		e.health.redelivered++
		return
	}
	r := e.route(&labels{lblService: v.service, lblEvaluation: v.name, lblAgent: v.agent}, v.dims)
	o := observation{origin: v.origin, weight: v.weight}
	e.record(r, slotEvaluation, score, &o)
	if e.langchain {
		e.record(r, slotLCQuality, score, &o)
	}
}
