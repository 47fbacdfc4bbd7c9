package llmcost

import (
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Some clients tell a tool that the provider ran, and bills, by a span of its own beside the call's or in it, and nothing of it on the call
// (Mastra). The tool ran while the call was under way, and its span ends before: it comes first, or with the call, which is priced with it. One
// that comes later changes nothing any more.

// billedRun is one run of such a tool, as its span tells it.
type billedRun struct {
	in  uint64 // the key of the span that it lies in
	ran billedRecord
}

// billedRecord is what is remembered of it, under the key of the span that it lies in.
type billedRecord struct {
	during period
	self   uint64
	by     uint64 // the call that it is billed with, once that is known
	billed genai.Billed
	doubt  bool // what it costs is not known
}

// billedRuns are those that were told.
type billedRuns struct {
	known *bounded.Hashes[billedRecord]
	any   atomic.Bool // most gateways never see one
}

// toolsShare is how many spans are remembered for one such tool.
const toolsShare = 16

// toolsTogether is how many that lie in one span are told apart; a call that ran more has a fee that is not known.
const toolsTogether = 16

func newBilledRuns(limit int, ttl time.Duration) *billedRuns {
	return &billedRuns{known: bounded.NewHashes[billedRecord](limit/toolsShare, ttl)}
}

// noteBilledRun notes a tool's span, where it tells of a run that the provider bills.
func (r *request) noteBilledRun(call *spanCall) {
	op, span := &call.op, call.span
	if op.Ran == (genai.Billed{}) && op.Doubt == "" || span.ParentSpanID().IsEmpty() {
		return
	}
	trace := span.TraceID()
	r.tools = append(r.tools, billedRun{in: r.hash.Span(trace, span.ParentSpanID()), ran: billedRecord{
		during: periodOf(span), self: r.hash.Span(trace, span.SpanID()), billed: op.Ran, doubt: op.Doubt != "",
	}})
}

// addToolFees prices the calls of a request anew that ran tools which other spans tell.
func (s *state) addToolFees(r *request) {
	if len(r.tools) == 0 && !s.tools.any.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range r.tools {
		s.tools.note(&r.tools[i], r.now)
	}
	for i := range r.calls {
		c := &r.calls[i]
		if c.op.Kind != genai.ModelCall || c.witness < 0 || c.op.Billed != (genai.Billed{}) {
			continue
		}
		w := &r.witnesses[c.witness]
		billed, doubt := s.tools.of(w, r.now)
		if billed == (genai.Billed{}) && !doubt {
			continue
		}
		c.op.Billed = billed
		if doubt && c.op.Doubt == "" {
			c.op.Doubt = genai.ReasonUnknownFee
		}
		r.prices.costOf(&c.op, endOf(c.span, r.now), &r.seen, &c.costing)
		w.price(c)
	}
}

func (t *billedRuns) note(run *billedRun, now time.Time) {
	t.any.Store(true)
	for i := range uint64(toolsTogether) {
		at := placeOf(run.in, i)
		known, ok := t.known.Get(at, now)
		switch {
		case !ok:
			t.known.Put(at, run.ran, now)
			return
		case known.self == run.ran.self: // told again
			return
		case i == toolsTogether-1:
			known.doubt = true
			t.known.Put(at, known, now)
		}
	}
}

// of is what the tools that w ran are billed by, of those beside it and in it.
func (t *billedRuns) of(w *witness, now time.Time) (billed genai.Billed, doubt bool) {
	if w.apart != 0 || w.self == 0 || w.bare {
		return billed, false
	}
	for _, in := range [...]uint64{w.parent, w.self} {
		for i := uint64(0); i < toolsTogether && in != 0; i++ {
			at := placeOf(in, i)
			ran, ok := t.known.Get(at, now)
			if !ok {
				break
			}
			if ran.by != 0 && ran.by != w.self || !w.during.holds(ran.during) {
				continue
			}
			ran.by = w.self
			t.known.Put(at, ran, now)
			billed.WebSearches += ran.billed.WebSearches
			billed.FileSearches += ran.billed.FileSearches
			billed.CodeRuns += ran.billed.CodeRuns
			doubt = doubt || ran.doubt
		}
	}
	return billed, doubt
}
