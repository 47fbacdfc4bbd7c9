package dialect

import (
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// timing fills TimeToFirstChunk and Attempt.
func (r *reading) timing() {
	f := r.f
	if v, ok := f.value(vFirstChunkSeconds); ok {
		if s, ok := genai.Number(v); ok && r.scope.traits.milliseconds {
			r.setFirstChunk(s / 1000)
		} else if ok {
			r.setFirstChunk(s)
		}
	} else if v, ok := f.value(vFirstChunkMillis); ok {
		if ms, ok := genai.Number(v); ok {
			r.setFirstChunk(ms / 1000)
		}
	} else if s := f.texts[tFirstChunkAt]; s != "" && len(s) <= genai.MaxNumber {
		if at, err := time.Parse(time.RFC3339Nano, strings.Trim(s, `"`)); err == nil {
			r.setFirstChunk(at.Sub(r.span.StartTimestamp().AsTime()).Seconds())
		}
	} else if r.op.Kind == genai.ModelCall && r.span.Events().Len() > 0 {
		r.firstChunkOfEvents()
	}
	r.op.Attempt = r.attempt()
}

// firstChunkOfEvents is for OpenInference and OpenLLMetry, which say in an event when a stream began.
func (r *reading) firstChunkOfEvents() {
	for e := range eventsOf(r.span) {
		switch e.Name() {
		case "First Token Stream Event", "llm.content.completion.chunk":
			r.setFirstChunk(e.Timestamp().AsTime().Sub(r.span.StartTimestamp().AsTime()).Seconds())
			return
		}
	}
}

func (r *reading) setFirstChunk(s float64) {
	if s > 0 && s <= genai.MaxFirstChunk {
		r.op.TimeToFirstChunk = s
	}
}

// attempt counts the retries before this answer.
func (r *reading) attempt() int {
	if v, ok := r.f.value(vResend); ok {
		return small(v)
	}
	v, ok := r.f.value(vAttempt)
	if !ok || !r.scope.traits.allAttempts && r.op.Kind != genai.ModelCall {
		return 0
	}
	return max(0, small(v)-1-r.scope.traits.firstAttempt)
}

// small reads a small whole number such as an attempt or an HTTP status, 0 where there is none.
func small(v pcommon.Value) int {
	f, ok := genai.Number(v)
	if !ok || f < 0 || f > math.MaxInt32 {
		return 0
	}
	return int(f)
}
