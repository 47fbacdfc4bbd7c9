package genaimetrics

import (
	"math"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// observation is one operation with what the metrics need besides.
type observation struct {
	op      genai.Operation
	service string
	dims    []string
	origin  origin
	parent  [8]byte
	start   int64  // unix nano
	end     int64  // unix nano, not before start
	timed   bool   // start and end are known
	skewed  bool   // they are no times that this call can have had
	again   bool   // delivered before
	weight  int64  // how many operations this one stands for
	route   *route // of a call that was counted
}

// seconds is how long the operation took.
func (o *observation) seconds() float64 { return float64(o.end-o.start) / 1e9 }

// groupSize is how many observations are made under one lock: enough to make the lock cheap, few enough to share it well.
const groupSize = 32

type group struct {
	n    int
	most int // the most that n was since the batch was taken
	obs  [groupSize]observation

	attempts []attempt // of the whole request
}

// keptAttempts bounds what a pooled batch holds on to.
const keptAttempts = 1024

var groups = sync.Pool{New: func() any { return new(group) }}

// release lets go of the memory of the spans.
func (b *group) release() {
	for i := range b.obs[:min(b.most+1, groupSize)] { // one more was looked at
		o := &b.obs[i]
		dims := o.dims[:0]
		clear(dims[:cap(dims)])
		*o = observation{dims: dims}
	}
	b.n, b.most = 0, 0
	clear(b.attempts)
	if b.attempts = b.attempts[:0]; cap(b.attempts) > keptAttempts {
		b.attempts = nil
	}
	groups.Put(b)
}

// read fills the observation's times and ids from the span; op is filled already.
func (o *observation) read(span ptrace.Span, now time.Time) {
	o.origin.trace = span.TraceID()
	o.origin.span = span.SpanID()
	o.parent = span.ParentSpanID()
	o.route = nil
	o.start = nanos(span.StartTimestamp())
	o.end = nanos(span.EndTimestamp())
	o.checkTimes(now)
	o.weight = weight(span.TraceState().AsRaw(), o.origin.span)
}

const (
	// aheadAtMost is how far a client's clock may be ahead of the gateway's without its times being taken for skewed.
	aheadAtMost = time.Minute
	// longestOperation is how long an operation may take; what lasts longer has a start that no clock showed.
	longestOperation = 7 * 24 * time.Hour
)

// checkTimes finds the times that cannot be. An operation that ends before it begins took no time; one that takes too long has no
// known duration; the duration of one that ends in the future is right, as both of its times are of one clock.
func (o *observation) checkTimes(now time.Time) {
	o.timed = o.start > 0 && o.end > 0
	latest := now.Add(aheadAtMost).UnixNano()
	switch {
	case o.end < o.start:
		o.skewed, o.end = true, o.start
	case o.timed && o.end-o.start > int64(longestOperation):
		o.skewed, o.timed = true, false
	}
	o.origin.time = o.end
	if o.end > latest {
		o.skewed, o.origin.time = true, now.UnixNano()
	}
}

// nanos keeps a timestamp that no clock can show from turning negative.
func nanos(t pcommon.Timestamp) int64 {
	if t > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(t)
}
