package llmcost

import (
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Two reports of one call may have spans between them, and arrive in requests of their own: a client and the gateway that it asked over
// HTTP, a generation by hand around an SDK's span around the SDK's call. What is remembered of a span between is which span it lies in;
// then the inner report is held against the outer one, in whichever order they come, unless the span between comes last. Only spans that
// make no calls themselves are remembered so: steps, and what a call sends over the network and is served there. The two must tell the same
// counts, unless the client is known to make such a step in a call only: what lies in a step that passes is taken to lie in the call. Where the
// span between comes last, and tells that something counted twice, that is added up as overcounted.

// between is a span that may lie between two reports, and the span that it lies in.
type between struct {
	self, up uint64
	passes   bool // all calls in it lie in the one around it, or are its parts
}

// mixed is the print of a span in which calls with several prints lie; no call has it.
const mixed = 1

// printOf tells calls apart by their counts; 0 of one that has none.
func printOf(u *genai.Usage) uint32 {
	if *u == (genai.Usage{}) {
		return 0
	}
	h := (uint64(u.Input)*0x9E3779B97F4A7C15 + uint64(u.Output)) * 0xD6E8FEB86659FD93 //nolint:gosec // only a hash
	return uint32(h>>32)&^priceless | 2                                               //nolint:gosec // not 0 or 1
}

// priceless marks the print of a call inside whose price is not known.
const priceless = 1

// mark is what the spans around w are told of it.
func (w *witness) mark() uint32 {
	if w.unknown() {
		return w.print | priceless
	}
	return w.print
}

// keepNetwork bounds the memory that a request with unusually many network spans leaves behind.
const keepNetwork = 1 << 14

// findBetween collects the request's spans between. Those of the network are looked at only where a call or a step is in the request. A
// client's count for the call or step that they lie in, whatever wraps them there; a server's for the client's span that asked it.
func (r *request) findBetween(td ptrace.Traces) {
	for i := range r.calls {
		if c := &r.calls[i]; c.op.Kind == genai.Step && c.op.Sum == 0 && !c.span.ParentSpanID().IsEmpty() {
			trace := c.span.TraceID()
			r.between = append(r.between, between{r.hash.Span(trace, c.span.SpanID()), r.hash.Span(trace, c.span.ParentSpanID()), c.op.Passes})
		}
	}
	if len(r.network) == 0 || len(r.witnesses) == 0 && len(r.between) == 0 {
		return
	}
	r.noteTraces()
	defer r.traces.shrink()
	r.network = slices.DeleteFunc(r.network, func(span ptrace.Span) bool { return !r.traces.has(r.hash.Trace(span.TraceID())) })
	if len(r.network) > 0 {
		r.findNetwork(td)
	}
}

// findNetwork adds those of the network, which are in traces that have GenAI spans: most have none, and are asked no more than that.
func (r *request) findNetwork(td ptrace.Traces) {
	r.partSpans()
	parents := map[uint64]uint64(nil)
	for _, span := range r.network {
		self, up := r.hash.Span(span.TraceID(), span.SpanID()), r.hash.Span(span.TraceID(), span.ParentSpanID())
		if span.Kind() == ptrace.SpanKindServer {
			r.between = append(r.between, between{self: self, up: up})
			continue
		}
		if parents == nil && !r.reporting.has(up) && !r.making.has(up) {
			parents = r.family(td)
		}
		if up = r.nearest(up, parents); up != 0 {
			r.between = append(r.between, between{self: self, up: up})
		}
	}
	r.reporting.shrink()
	r.making.shrink()
}

// nearest is the call or step that up is or lies in, whatever wraps it there; 0 where it lies in none, or in what makes calls of its own.
func (r *request) nearest(up uint64, parents map[uint64]uint64) uint64 {
	for n := 0; n < maxLinks && up != 0 && !r.making.has(up); n++ {
		if r.reporting.has(up) {
			return up
		}
		up = parents[up]
	}
	return 0
}

// partSpans parts the request's GenAI spans: calls and steps are reports, the others make calls of their own.
func (r *request) partSpans() {
	r.reporting.empty(len(r.calls))
	r.making.empty(len(r.calls))
	for i := range r.calls {
		c, of := &r.calls[i], &r.making
		if c.op.Kind == genai.ModelCall || c.op.Kind == genai.Step {
			of = &r.reporting
		}
		of.add(r.hash.Span(c.span.TraceID(), c.span.SpanID()))
	}
}

// tellBetween tells what a request's spans lie in, before its calls are decided.
func (s *state) tellBetween(r *request) {
	if len(r.between) == 0 {
		return
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range r.between {
		s.counted.pass(b, now)
	}
}

// pass is told of a span between. A call that counts inside it may be the one that the span above it reports.
func (c *countedCalls) pass(b between, now time.Time) {
	if b.self == 0 || b.up == 0 || b.self == b.up {
		return
	}
	_, again := c.ups.Get(b.self, now)
	c.ups.Put(b.self, upRecord{b.up, b.passes}, now)
	c.passing = c.passing || b.passes
	in, _ := c.spans.Get(b.self, now)
	switch {
	case again || in.self != undecided:
	case b.passes && in.child != undecided:
		c.lieIn(b.up, &in, now)
	case in.print > mixed:
		if out := c.carry(b.up, &witness{print: in.print}, now); out.print == in.print {
			c.countedTwice(&in, &out)
		}
	}
}

// lieIn tells the call around a step that passes of the calls in it which came before it.
func (c *countedCalls) lieIn(up uint64, in *spanRecord, now time.Time) {
	out, _ := c.spans.Get(up, now)
	c.countedTwice(in, &out)
	if out.child == undecided || in.child == counts {
		out.child = in.child
	}
	if out.self == undecided {
		out.nano, out.rank = out.nano+in.nano, max(out.rank, in.rank)
		out.hearsOf(in.models)
		out.lies(in.print)
	}
	c.spans.Put(up, out, now)
}

// countedTwice adds up what counts both in a span and inside it, where what lies between came too late to tell that.
func (c *countedCalls) countedTwice(in, out *spanRecord) {
	if in.child == counts && out.self == counts {
		c.twice.Add(min(in.nano, out.nano))
	}
}

// through takes the steps that pass out of what lies in them.
func (c *countedCalls) through(request []witness, now time.Time) {
	for i := range request {
		w := &request[i]
		for n := 0; n < maxLinks && w.parent != 0; n++ {
			up, ok := c.ups.Get(w.parent^w.apart, now)
			if !ok || !up.passes {
				break
			}
			w.parent = up.span ^ w.apart
		}
	}
}

// tellAbove tells what a span lies in, where that is known, of a call in it that counts, and of what it adds up.
func (c *countedCalls) tellAbove(w *witness, in *spanRecord, now time.Time) {
	up, ok := c.ups.Get(w.parent^w.apart, now)
	if !ok {
		return
	}
	c.carry(up.span, w, now)
	if out, _ := c.spans.Get(up.span, now); in.sum != 0 && out.self == undecided {
		out.sum = in.sum
		c.spans.Put(up.span, out, now)
	}
}

// carry tells the spans above that w, or a call with its print, counts inside them, up to one that is decided.
func (c *countedCalls) carry(up uint64, w *witness, now time.Time) (above spanRecord) {
	for n := 0; n < maxLinks && up != 0; n++ {
		f, _ := c.spans.Get(up^w.apart, now)
		if f.self != undecided {
			return f
		}
		f.lies(w.mark())
		c.spans.Put(up^w.apart, f, now)
		next, _ := c.ups.Get(up, now)
		up = next.span
	}
	return above
}

// lies notes the print of a call inside.
func (f *spanRecord) lies(mark uint32) {
	switch {
	case mark == 0 || f.print == mark || f.print == mark&^priceless:
	case f.print == 0 || f.print&^priceless == mark:
		f.print = mark
	default:
		f.print = mixed
	}
}

// reported is the call that w repeats: one above it that counts, with spans between.
func (c *countedCalls) reported(w *witness, now time.Time) (known, bool) {
	if c.ups.Len() == 0 || w.print == 0 {
		return known{}, false
	}
	up, ok := c.ups.Get(w.parent^w.apart, now)
	sum := uint16(0)
	if in, _ := c.spans.Get(w.parent, now); ok && in.self == undecided { // of an agent that adds up
		sum = in.sum
	}
	for n := 0; n < maxLinks && ok; n++ {
		f, _ := c.spans.Get(up.span^w.apart, now)
		if f.self != undecided {
			if f.self != counts && f.self != parentCounted || f.print != w.print && (sum == 0 || f.sum != sum) {
				return known{}, false
			}
			w.tops(f.rank)
			return f.known(), f.rank >= 0 || w.unknown()
		}
		up, ok = c.ups.Get(up.span, now)
	}
	return known{}, false
}

// wrap is told of an agent that adds up what its calls used: a call that it lies in, and that says the same sum, is no call of its own.
func (c *countedCalls) wrap(agent, parent uint64, sum int64, now time.Time) {
	if agent == 0 || parent == 0 || agent == parent {
		return
	}
	in, _ := c.spans.Get(agent, now)
	out, _ := c.spans.Get(parent, now)
	_, again := c.ups.Get(agent, now)
	c.ups.Put(agent, upRecord{span: parent}, now)
	switch {
	case in.child == undecided && out.self == undecided: // told before both
		in.sum = shortOf(sum)
		c.spans.Put(agent, in, now)
	case in.child != undecided && out.self == undecided:
		out.sum = shortOf(sum)
		c.spans.Put(parent, out, now)
	case out.self == counts && out.sum == shortOf(sum):
		if !again {
			c.countedTwice(&in, &out)
		}
		in.self, in.nano, in.rank = parentCounted, out.nano, out.rank
		c.spans.Put(agent, in, now)
	}
}
