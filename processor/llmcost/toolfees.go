package llmcost

import (
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Some clients tell a tool that the provider ran, and bills, by a span of its own beside the call's or in it, or in a step of it, and nothing
// of it on the call (Mastra). The tool ran while the call was under way, and its span ends before: it comes first, or with the call, which is
// priced with it. One that comes later changes nothing any more, but is counted as unbilled.

// billedRun is one run of such a tool, as its span tells it.
type billedRun struct {
	in  uint64 // the key of the span that it lies in
	ran billedRecord
}

// billedRecord is what is remembered of it, under the key of the span that it lies in.
type billedRecord struct {
	during period
	self   uint64 // of the trace and the tool's call, which several spans may tell
	by     uint64 // the call that it is billed with, once that is known
	at     uint64 // where the record is, if not here: in a step that lies in the span
	billed genai.Billed
	doubt  bool // what it costs is not known
}

// billedRuns are those that were told.
type billedRuns struct {
	known    *bounded.Hashes[billedRecord]
	unbilled int64       // runs that no call has taken
	any      atomic.Bool // most gateways never see one
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
		during: periodOf(span), self: r.hash.Words(r.hash.Trace(trace), r.hash.Text(op.ToolCall), 13), billed: op.Ran, doubt: op.Doubt != "",
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
		run := &r.tools[i]
		s.tools.note(run, r.now)
		if up, ok := s.counted.ups.Get(run.in, r.now); ok {
			s.tools.pass(run.in, up.span, r.now)
		}
	}
	for i := range r.between {
		s.tools.pass(r.between[i].self, r.between[i].up, r.now)
	}
	for i := range r.calls {
		c := &r.calls[i]
		if c.op.Kind != genai.ModelCall || c.witness < 0 {
			continue
		}
		w := &r.witnesses[c.witness]
		before, _ := s.counted.spans.Get(w.self, r.now)
		billed, doubt := s.tools.of(w, before.self == undecided, r.now)
		if billed == (genai.Billed{}) && !doubt || c.op.Billed != (genai.Billed{}) { // a call that tells of its tools tells all
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
	if t.put(run.in, &run.ran, now) {
		t.unbilled++
	}
}

// put is false for a run that is known there.
func (t *billedRuns) put(in uint64, run *billedRecord, now time.Time) bool {
	for i := range uint64(toolsTogether) {
		at := placeOf(in, i)
		known, ok := t.known.Get(at, now)
		switch {
		case !ok:
			t.known.Put(at, *run, now)
			return true
		case known.self == run.self: // told again
			if known.doubt && !run.doubt {
				known.billed, known.doubt = run.billed, false
				t.known.Put(at, known, now)
			}
			return false
		case i == toolsTogether-1:
			known.doubt = true
			t.known.Put(at, known, now)
		}
	}
	return true
}

// pass notes the runs in a step for the call that the step lies in.
func (t *billedRuns) pass(step, up uint64, now time.Time) {
	for i := range uint64(toolsTogether) {
		at := placeOf(step, i)
		run, ok := t.known.Get(at, now)
		if !ok {
			return
		}
		if run.at == 0 {
			t.put(up, &billedRecord{at: at, self: run.self}, now)
		}
	}
}

// of is what the tools that w ran are billed by, of those beside it and in it. A call that is told again has those that it had.
func (t *billedRuns) of(w *witness, first bool, now time.Time) (billed genai.Billed, doubt bool) {
	if w.apart != 0 || w.self == 0 || w.bare {
		return billed, false
	}
	var buf [2 * toolsTogether]billedRecord
	runs := buf[:0]
	for _, in := range [...]uint64{w.parent, w.self} {
		for i := uint64(0); i < toolsTogether && in != 0; i++ {
			at, ran, ok := t.at(placeOf(in, i), in == w.self, now)
			if !ok {
				break
			}
			if ran.at == 0 && (ran.by == 0 && first || ran.by == w.self) && w.during.holds(ran.during) {
				t.take(at, &ran, w.self, now)
				runs = withRun(runs, &ran)
			}
		}
	}
	for i := range runs {
		billed.WebSearches += runs[i].billed.WebSearches
		billed.FileSearches += runs[i].billed.FileSearches
		billed.CodeRuns += runs[i].billed.CodeRuns
		doubt = doubt || runs[i].doubt
	}
	return billed, doubt
}

// at is the run that is noted at a place; where it lies in a step, only for the call around that.
func (t *billedRuns) at(place uint64, around bool, now time.Time) (uint64, billedRecord, bool) {
	ran, ok := t.known.Get(place, now)
	if !ok || ran.at == 0 || !around {
		return place, ran, ok
	}
	if run, ok := t.known.Get(ran.at, now); ok {
		return ran.at, run, true
	}
	return place, ran, true
}

// take notes which call a run is billed with.
func (t *billedRuns) take(at uint64, run *billedRecord, by uint64, now time.Time) {
	if run.by == 0 {
		t.unbilled--
	}
	run.by = by
	t.known.Put(at, *run, now)
}

// withRun adds a run to those of a call, once: of two spans that tell it, the one that leaves no doubt.
func withRun(runs []billedRecord, run *billedRecord) []billedRecord {
	for i := range runs {
		if runs[i].self == run.self {
			if runs[i].doubt && !run.doubt {
				runs[i] = *run
			}
			return runs
		}
	}
	return append(runs, *run)
}
