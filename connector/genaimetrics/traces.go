package genaimetrics

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// observeTraces counts the GenAI operations among spans. It keeps nothing of td.
func (e *engine) observeTraces(td ptrace.Traces, wall time.Time) {
	now := e.clock.Now(wall)
	b := groups.Get().(*group)
	defer b.release()
	var dims []string
	for i := range td.ResourceSpans().Len() {
		rs := td.ResourceSpans().At(i)
		attrs := rs.Resource().Attributes()
		from := sender{service: genai.ServiceOf(attrs), dims: resourceDims(e.cfg.Dimensions, dims[:0], attrs), now: now, wall: wall}
		dims = from.dims
		for j := range rs.ScopeSpans().Len() {
			ss := rs.ScopeSpans().At(j)
			for k := range ss.Spans().Len() {
				e.readSpan(b, ss.Spans().At(k), &from)
			}
		}
		if from.operations > 0 {
			e.observeSender(&from, genai.TextOf(attrs, genai.ServiceVersion))
		}
	}
	e.commit(b, now, true)
}

// sender is the resource whose spans, records or points are being read.
type sender struct {
	service    string
	dims       []string  // as far as the resource knows them
	now        time.Time // of the steady clock
	wall       time.Time
	operations int
	resource   [16]byte // hash of its attributes, where points are read
}

func (e *engine) readSpan(b *group, span ptrace.Span, from *sender) {
	o := &b.obs[b.n]
	isOperation := genai.ReadCanonical(span, &o.op)
	if !isOperation && span.Events().Len() == 0 {
		return
	}
	o.dims = itemDims(e.cfg.Dimensions, o.dims[:0], from.dims, span.Attributes())
	if span.Events().Len() > 0 {
		agent := ""
		if isOperation {
			agent = o.op.Agent
		}
		e.observeEvaluations(span, agent, from, o.dims)
	}
	if !isOperation || o.op.Elsewhere {
		return
	}
	from.operations++
	if !counted(&o.op) {
		return
	}
	o.service = from.service
	o.read(span, from.wall)
	b.n++
	b.most = max(b.most, b.n)
	if b.n == groupSize {
		e.commit(b, from.now, false)
	}
}

var noAttributes = pcommon.NewMap() // only read

// observeSender notes the version of a service that does GenAI.
func (e *engine) observeSender(from *sender, version string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	dims := itemDims(e.cfg.Dimensions, nil, from.dims, noAttributes)
	e.observeVersion(from.service, version, dims, from.now)
}

// commit counts the observations of a batch under one lock and empties it. With the last batch of a request it counts the retries.
func (e *engine) commit(b *group, now time.Time, last bool) {
	if b.n == 0 && len(b.attempts) == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(now)
	e.findAgain(b, now)
	for i := range b.obs[:b.n] {
		e.noteFailure(&b.obs[i], now)
	}
	for i := range b.obs[:b.n] {
		e.observeOnce(&b.obs[i])
		b.noteAttempt(&b.obs[i])
	}
	b.n = 0
	if last {
		e.countAttempts(b.attempts)
	}
}

// findAgain marks the observations that were delivered before.
func (e *engine) findAgain(b *group, now time.Time) {
	var keys [groupSize]uint64
	for i := range b.obs[:b.n] {
		at := &b.obs[i].origin
		keys[i] = e.seen.hash.SpanReport(at.trace, at.span, &b.obs[i].op)
	}
	e.seen.fetch(keys[:b.n])
	for i := range b.obs[:b.n] {
		b.obs[i].again = e.seen.again(keys[i], now)
	}
}

func (e *engine) observeOnce(o *observation) {
	if o.again {
		e.health.redelivered++
		return
	}
	if o.skewed {
		e.health.skewed++
	}
	e.observe(o)
}

// noteFailure remembers a failed call whose retries may be spans of their own.
func (e *engine) noteFailure(o *observation, now time.Time) {
	if o.op.Failure != genai.Succeeded && !o.again && o.parent != ([8]byte{}) && o.op.IsCall() {
		e.retries.noteFailure(retryKeyOf(o), o.start, now)
	}
}
