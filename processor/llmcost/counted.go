package llmcost

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// outcome says whether a span's model call counts, and if not, what stands for it.
type outcome uint8

const (
	undecided     outcome = iota
	counts                // counts, and carries usage
	countsBare            // counts, but carries no usage: a later twin that does is the better witness
	countsUnknown         // of spans inside: counts, but its price is not known
	sameResponse          // another span with the same response id and usage counts
	parentCounted         // the span it lies in counts
	childCounted          // a span inside it counts
	ignoredScope          // the configuration says that this instrumentation repeats another
)

// duplicate says whether o is one of the outcomes that count elsewhere.
func (o outcome) duplicate() bool { return o >= sameResponse }

// reason is the llm.cost.reason of a duplicate.
func (o outcome) reason() string {
	switch o {
	case sameResponse:
		return genai.ReasonSameResponse
	case parentCounted:
		return genai.ReasonParentCounted
	case childCounted:
		return genai.ReasonChildCounted
	case ignoredScope:
		return genai.ReasonIgnoredScope
	default:
		return ""
	}
}

// witness is one span that reports a model call. Its keys are of a genai.Hasher.
type witness struct {
	trace    uint64 // of the trace id; 0 for a span without one
	self     uint64 // of trace id and span id; 0 for a span without them
	parent   uint64 // of trace id and parent span id; 0 for a root
	response uint64 // of the response id; 0 without one
	read     inputs
	during   period
	bare     bool   // carries no usage
	remote   bool   // an agent that runs elsewhere: it stands for every call inside it, however deep
	rank     int32  // how much of the bill it knows; of several witnesses in one request the highest counts
	tie      uint64 // decides between equals: the span id, so that the order in a request does not matter
	nano     int64  // what it would cost
	output   uint16 // what shortOf makes of its output tokens
	print    uint32 // of its counts

	outcome outcome
	by      known // of a duplicate: what counts for it, as far as that is known
	up      int   // index in the request of the witness that is its parent; -1 for none
	depth   int   // witnesses above it in the request
	above   bool  // a witness above it in the request counts
	covered bool  // a witness below it in the request counts
}

// period is when a call was under way, in unix nanoseconds; a 0 is not known.
type period struct{ start, end int64 }

// overlaps says whether two reports can be of one call: servers and mocks give an id to a call that was given to another before.
// Where a time is not known they can.
func (p period) overlaps(q period) bool {
	if p.start == 0 || p.end == 0 || q.start == 0 || q.end == 0 {
		return true
	}
	if p.start == p.end || q.start == q.end {
		return p.start <= q.end && q.start <= p.end
	}
	return p.start < q.end && q.start < p.end
}

// inputs are what two reports of one answer must agree in, unless its id is unique in the world: the input, which some senders tell
// without what the cache gave. Counts that differ by 2^32 are taken for equal.
type inputs struct {
	all, uncached uint32
	unique        bool
}

func inputsOf(u *genai.Usage) inputs {
	return inputs{all: uint32(u.Input), uncached: uint32(u.InputUncached())} //nolint:gosec // the low bits
}

func (a inputs) agree(b inputs) bool {
	return a.unique || a.all == b.all || a.uncached == b.all || a.all == b.uncached
}

// unknownPrice is how much less a witness with usage knows whose price is not known, more than any other difference: its rank is below 0.
const unknownPrice = 4000

func (w *witness) unknown() bool { return w.rank < 0 }

// shortOf is a count as few bits, not 0.
func shortOf(n int64) uint16 {
	return uint16(n%0xffff) + 1 //nolint:gosec // counts are not negative
}

// known is what is remembered of a witness that counts: how much of the bill it knew and what it cost.
type known struct {
	nano int64
	rank int32
}

// spanRecord is what became of a span and of the spans inside it.
type spanRecord struct {
	nano  int64 // as of known: of the span, or of those directly inside it that count, added up
	rank  int32
	print uint32 // of the counts of the span where it counts, else of a call inside it that does
	sum   uint16 // the output of the span, what an agent adds up, or of an agent inside it whose calls count
	self  outcome
	child outcome // counts, countsBare, or childCounted: a span inside stands for, or itself repeats, a counted call
}

func (f *spanRecord) known() known { return known{f.nano, f.rank} }

// responseRecord is the span that counts for a response id, and when. With its key and time it fills a cache line.
type responseRecord struct {
	during period
	nano   int64 // as of known
	by     uint64
	read   inputs
	rank   int32
}

func (a *responseRecord) known() known { return known{a.nano, a.rank} }

// counted says whether a call directly inside the span is counted by it, or by a span elsewhere that the span repeats. Where a call
// inside stands for the span, the calls beside that one are others.
func (f *spanRecord) counted(w *witness) bool {
	switch f.self {
	case counts:
		return f.rank >= 0 || w.bare || w.unknown()
	case parentCounted:
		return true
	case countsBare:
		return w.bare
	case sameResponse:
		return f.child != counts
	default:
		return false
	}
}

// countedCalls remembers which calls were counted: by span, to see a retry and a twin above or below, and by response id,
// to see a twin in another trace. It is not safe for concurrent use.
type countedCalls struct {
	spans   *bounded.Hashes[spanRecord]
	answers *bounded.Hashes[responseRecord]
	ups     *bounded.Hashes[uint64] // of spans between two reports of a call: what they lie in
	links   linkFinder

	lastTrace uint64 // that was noted
}

// maxLinks bounds the walk along witnesses that lie in each other within one request; deeper nesting is hostile.
const maxLinks = 32

// upsShare is how many spans are remembered for one between two reports.
const upsShare = 4

// newCountedCalls remembers up to limit spans and as many response ids.
func newCountedCalls(limit int, ttl time.Duration) *countedCalls {
	return &countedCalls{
		spans:   bounded.NewHashes[spanRecord](limit, ttl),
		answers: bounded.NewHashes[responseRecord](limit, ttl),
		ups:     bounded.NewHashes[uint64](limit/upsShare, ttl),
	}
}

func (c *countedCalls) len() int { return c.spans.Len() + c.answers.Len() + c.ups.Len() }

func (c *countedCalls) evicted() uint64 {
	return c.spans.Evicted() + c.answers.Evicted() + c.ups.Evicted()
}

// decide sets the outcome of every witness of one request. Within the request the witness that knows most of the bill
// counts, across requests the one that came first.
func (c *countedCalls) decide(request []witness, now time.Time) {
	c.lastTrace = 0
	if !c.links.linked(request) {
		for i := range request {
			if i%fetchAhead == 0 {
				c.fetch(request[i:min(i+fetchAhead, len(request))])
			}
			c.decideOne(&request[i], now)
		}
		return
	}
	for _, i := range c.links.byRank(request) {
		w := &request[i]
		w.above = below(request, w)
		c.decideOne(w, now)
		if w.outcome == counts || w.outcome == countsBare {
			cover(request, w)
		}
	}
}

// fetchAhead is for how many witnesses memory is asked together.
const fetchAhead = 16

// fetch loads what witnesses will be compared with.
func (c *countedCalls) fetch(request []witness) {
	var spanKeys [3 * fetchAhead]uint64
	var answerKeys [fetchAhead]uint64
	spans, answers := spanKeys[:0], answerKeys[:0]
	for i := range request {
		w := &request[i]
		if w.self != 0 {
			spans = append(spans, w.self)
		}
		if w.parent != 0 { // else nothing is noted of the trace either
			spans = append(spans, w.parent, w.trace)
		}
		if w.response != 0 {
			answers = append(answers, w.response)
		}
	}
	c.spans.Fetch(spans)
	c.answers.Fetch(answers)
}

// below says whether w lies, directly or through other witnesses of the request, in one that counts or repeats a counted answer.
func below(request []witness, w *witness) bool {
	for up, n := w.up, 0; up >= 0 && n < maxLinks; up, n = request[up].up, n+1 {
		o := request[up].outcome
		if o == counts || o == countsBare && w.bare || o == sameResponse && !request[up].covered {
			return true
		}
	}
	return false
}

// cover marks the witnesses above w in the request: w counts for them.
func cover(request []witness, w *witness) {
	for up, n := w.up, 0; up >= 0 && n < maxLinks; up, n = request[up].up, n+1 {
		if w.outcome == counts || request[up].bare {
			request[up].covered = true
		}
	}
}

// knows says whether a call of the trace was seen.
func (c *countedCalls) knows(trace uint64, now time.Time) bool {
	_, ok := c.spans.Get(trace, now)
	return ok
}

func (c *countedCalls) decideOne(w *witness, now time.Time) {
	var own spanRecord
	if w.self != 0 {
		own, _ = c.spans.Get(w.self, now)
	}
	if own.self != undecided && (own.self != countsBare || w.bare) {
		w.outcome = own.self // the same span again gets the same answer
		return
	}
	if w.parent != 0 && w.trace != c.lastTrace { // a call without a parent lies in no agent
		c.spans.Put(w.trace, spanRecord{}, now)
		c.lastTrace = w.trace
	}
	slot, said := c.response(w, now)
	w.outcome = c.verdict(w, &own, said, now)
	if w.self != 0 {
		own.self = w.outcome
		if w.outcome == counts {
			own.nano, own.rank, own.sum, own.print = w.nano, w.rank, w.output, w.print
		}
		c.spans.Put(w.self, own, now)
		c.tellParent(w, now)
	}
	if w.outcome == counts && slot != 0 {
		c.answers.Put(slot, responseRecord{
			during: w.during, read: w.read, by: w.self, nano: w.nano, rank: w.rank,
		}, now)
	}
}

// sameID is how many calls with one response id are remembered apart, where their times do not overlap.
const sameID = 8

// response finds what is known of the answer that w reports: where it is kept, or is to be kept, and the witness that counts for it, if
// there is one that is not w itself.
func (c *countedCalls) response(w *witness, now time.Time) (slot uint64, said *responseRecord) {
	if w.response == 0 {
		return 0, nil
	}
	for i := range uint64(sameID) {
		slot = max(w.response+i*0x9E3779B97F4A7C15, 1)
		a, ok := c.answers.Get(slot, now)
		switch {
		case !ok:
			return slot, nil
		case a.by == w.self && w.self != 0:
			return slot, nil
		case a.during.overlaps(w.during) && a.read.agree(w.read):
			said := a // of its own, so that only what is found is on the heap
			return slot, &said
		}
	}
	return slot, nil
}

// verdict decides; of a duplicate it notes the witness that counts.
func (c *countedCalls) verdict(w *witness, own *spanRecord, said *responseRecord, now time.Time) outcome {
	if said != nil && (said.rank >= 0 || w.unknown()) {
		w.by = said.known()
		return sameResponse
	}
	if w.above {
		return parentCounted
	}
	if w.parent != 0 {
		f, _ := c.spans.Get(w.parent, now)
		if f.counted(w) {
			w.by = f.known()
			return parentCounted
		}
		if by, ok := c.reported(w, now); ok {
			w.by = by
			return parentCounted
		}
	}
	if w.covered || own.covers(w) {
		w.by = own.known()
		return childCounted
	}
	if w.bare {
		return countsBare
	}
	return counts
}

// covers says whether the spans inside a span stand for w, which is that span's.
func (f *spanRecord) covers(w *witness) bool {
	switch f.child {
	case counts, childCounted:
		return true
	case countsUnknown:
		return w.bare || w.unknown()
	case countsBare:
		return w.bare
	default:
		return !w.bare && (f.sum != 0 && f.sum == w.output || f.print != 0 && f.print == w.print)
	}
}

// tellParent notes under the parent's key that a call inside it counts, here or elsewhere. A call that is counted by its
// parent says nothing new to it, and nothing to its siblings.
func (c *countedCalls) tellParent(w *witness, now time.Time) {
	if w.parent == 0 || w.outcome == parentCounted {
		return
	}
	f, _ := c.spans.Get(w.parent, now)
	switch {
	case w.outcome == counts && w.unknown():
		if f.child == undecided || f.child == countsBare {
			f.child = countsUnknown
		}
	case w.outcome == counts:
		f.child = counts
		if f.self != counts {
			f.rank = max(f.rank, w.rank)
			f.nano += w.nano
			f.lies(w.print)
			c.tellAbove(w, &f, now)
		}
	case w.outcome.duplicate() && f.child != counts:
		f.child = childCounted
	case f.child == undecided:
		f.child = countsBare
	}
	c.spans.Put(w.parent, f, now)
}

// wrap is told of an agent that adds up what its calls used: a call that it lies in, and that says the same sum, is no call of its own.
func (c *countedCalls) wrap(agent, parent uint64, sum int64, now time.Time) {
	if agent == 0 || parent == 0 || agent == parent {
		return
	}
	in, _ := c.spans.Get(agent, now)
	out, _ := c.spans.Get(parent, now)
	c.ups.Put(agent, parent, now)
	switch {
	case in.child == undecided && out.self == undecided: // told before both
		in.sum = shortOf(sum)
		c.spans.Put(agent, in, now)
	case in.child != undecided && out.self == undecided:
		out.sum = shortOf(sum)
		c.spans.Put(parent, out, now)
	case in.child == undecided && out.self == counts && out.sum == shortOf(sum):
		in.self = parentCounted
		c.spans.Put(agent, in, now)
	}
}

// uncounted is how much more a duplicate that knows more of the bill would have cost than what counts for it, in nano-USD: the one that
// came first, in another request, cannot be changed any more. Within a request there is no such thing, the fuller one counts.
func (w *witness) uncounted() int64 {
	if !w.outcome.duplicate() || w.by == (known{}) || w.rank <= w.by.rank {
		return 0
	}
	return max(w.nano-w.by.nano, 0)
}
