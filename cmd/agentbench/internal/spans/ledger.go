// Package spans takes the priced spans that the gateway sends on, and says what each request cost and where its time went. Requests are
// found by their trace id; of other traces only the number is kept.
package spans

import (
	"math"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Ledger adds up what came. It holds the traces it was told to expect and no others, so that no sender makes it grow.
type Ledger struct {
	mu     sync.Mutex
	traces map[[16]byte]*trace
	others int // spans of other traces
	last   time.Time
	nano   int64
}

// trace is what came of one request.
type trace struct {
	root  [8]byte              // the span that the request was sent as
	seen  map[[8]byte]struct{} // a delivery may come twice
	entry bool                 // the agent's own span below root has come

	nano               int64
	calls, unpriced    int
	estimated, retries int
	in, out, cacheRead int64
	llm, tool          []interval
	duration           time.Duration // of the calls
	tools, toolsFailed int
	toolsTook          time.Duration
}

// NewLedger makes an empty one.
func NewLedger() *Ledger { return &Ledger{traces: map[[16]byte]*trace{}} }

// Expect makes the ledger take spans of a trace; root is the span id that its first span has as its parent.
func (l *Ledger) Expect(id [16]byte, root [8]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.traces[id] == nil {
		l.traces[id] = &trace{root: root}
	}
}

// Add takes spans; now is when they came.
func (l *Ledger) Add(td ptrace.Traces, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				l.add(span, now)
			}
		}
	}
}

func (l *Ledger) add(span ptrace.Span, now time.Time) {
	t := l.traces[span.TraceID()]
	if t == nil {
		l.others++
		return
	}
	id := [8]byte(span.SpanID())
	if _, twice := t.seen[id]; twice {
		return
	}
	if t.seen == nil {
		t.seen = map[[8]byte]struct{}{}
	}
	t.seen[id] = struct{}{}
	l.last = now
	t.entry = t.entry || [8]byte(span.ParentSpanID()) == t.root
	var op genai.Operation
	if !genai.ReadCanonical(span, &op) {
		return
	}
	at := interval{span.StartTimestamp().AsTime(), span.EndTimestamp().AsTime()}
	switch op.Kind {
	case genai.ModelCall:
		l.call(t, &op, at)
	case genai.Tool:
		t.tool = append(t.tool, at)
		t.tools++
		t.toolsTook += at.length()
		if op.Failure != genai.Succeeded {
			t.toolsFailed++
		}
	}
}

func (l *Ledger) call(t *trace, op *genai.Operation, at interval) {
	t.llm = append(t.llm, at) // a second report of a call lies where the first does
	t.retries += op.Attempt
	switch op.Status {
	case genai.StatusUnpriced:
		if op.Adds == genai.AddsAll {
			t.unpriced++
		}
	case genai.StatusEstimated:
		t.estimated++
	}
	if !op.Counts() && op.Status != genai.StatusUnpriced {
		return
	}
	if op.Adds == genai.AddsAll {
		t.calls++
		t.duration += at.length()
	}
	if op.AddsTokens() {
		t.in, t.out, t.cacheRead = t.in+op.Usage.Input, t.out+op.Usage.Output, t.cacheRead+op.Usage.CacheRead
	}
	if op.Counts() {
		n := Nano(op.TotalUSD)
		t.nano += n
		l.nano += n
	}
}

// Nano is an amount in nano-USD, which is what amounts are before they become doubles.
func Nano(usd float64) int64 { return int64(math.RoundToEven(usd * 1e9)) }

// SoFar is the cost of all that has come, in USD.
func (l *Ledger) SoFar() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return float64(l.nano) / 1e9
}

// Settled says whether for each of the traces the agent's own span has come and nothing came for quiet.
func (l *Ledger) Settled(traces [][16]byte, now time.Time, quiet time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.last) < quiet {
		return false
	}
	for _, id := range traces {
		if t := l.traces[id]; t == nil || !t.entry {
			return false
		}
	}
	return true
}
