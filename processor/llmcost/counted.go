package llmcost

import (
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// countedCalls remembers which calls were counted: by span, to see a retry and a twin above or below, and by response id,
// to see a twin in another trace. It is not safe for concurrent use.
type countedCalls struct {
	spans   *bounded.Hashes[spanRecord]
	answers *bounded.Hashes[responseRecord]
	twins   *bounded.Hashes[twinRecord]
	ups     *bounded.Hashes[upRecord] // of spans between two reports of a call: what they lie in
	links   linkFinder

	passing bool         // one of them passes
	rooted  bool         // a report counts that may be the sum of its trace
	twice   atomic.Int64 // nano-USD that were counted twice, as far as nobody has taken them

	lastTrace   uint64 // that was noted
	lastService uint64 // that was asked for
	several     bool   // libraries tell of its calls
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
		twins:   bounded.NewHashes[twinRecord](limit/twinsShare, ttl),
		ups:     bounded.NewHashes[upRecord](limit/upsShare, ttl),
	}
}

func (c *countedCalls) len() int {
	return c.spans.Len() + c.answers.Len() + c.twins.Len() + c.ups.Len()
}

func (c *countedCalls) evicted() uint64 {
	return c.spans.Evicted() + c.answers.Evicted() + c.twins.Evicted() + c.ups.Evicted()
}

// decide sets the outcome of every witness of one request. Within the request the witness that knows most of the bill
// counts, across requests the one that came first.
func (c *countedCalls) decide(request []witness, now time.Time) {
	c.lastTrace = 0
	c.noteSenders(request, now)
	if c.passing {
		c.through(request, now)
	}
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
		if w.other(&request[up]) {
			continue
		}
		o := request[up].outcome
		if o == counts || o == countsBare && w.bare || (o == sameResponse || o == sameCall) && !request[up].covered {
			return true
		}
	}
	return false
}

// cover marks the witnesses above w in the request: w counts for them.
func cover(request []witness, w *witness) {
	for up, n := w.up, 0; up >= 0 && n < maxLinks; up, n = request[up].up, n+1 {
		if (w.outcome == counts || request[up].bare) && !w.other(&request[up]) {
			request[up].covered = true
		}
	}
}

func (c *countedCalls) decideOne(w *witness, now time.Time) {
	var own spanRecord
	if w.self != 0 {
		own, _ = c.spans.Get(w.self, now)
	}
	if own.self != undecided && (own.self != countsBare || w.bare) {
		w.outcome, w.again = own.self, true // the same span again gets the same answer
		w.adds, w.same = genai.Adds(own.adds>>4), genai.Same(own.adds&0xf)
		c.findCounted(w, &own, now)
		return
	}
	c.noteTrace(w, now)
	slot, said := c.response(w, now)
	if w.outcome = c.verdict(w, &own, said, now); w.outcome != counts {
		w.adds = genai.AddsAll
	} else if own.self == countsBare {
		w.same = genai.SameSpan
	}
	if w.outcome == counts && w.talk != 0 {
		c.noteTalk(w, now)
	}
	if w.outcome == counts && w.loose && w.parent == 0 {
		c.noteRoot(w, now)
	}
	if w.self != 0 {
		own.decided(w)
		c.spans.Put(w.self, own, now)
		c.tellParent(w, now)
	}
	if w.outcome == countsBare && slot != 0 && said == nil {
		w.read.asked = true
		c.answers.Put(slot, responseRecord{during: w.during, read: w.read, by: w.self}, now)
	}
	if w.outcome == counts && slot != 0 {
		c.answers.Put(slot, responseRecord{
			during: w.during, read: w.read, by: w.self, nano: w.nano, rank: w.rank,
		}, now)
	}
}

// findCounted finds what counts for a duplicate that comes again.
func (c *countedCalls) findCounted(w *witness, own *spanRecord, now time.Time) {
	switch {
	case w.outcome == sameResponse:
		_, said := c.response(w, now)
		w.by = own.andInside(w, said)
	case w.outcome == sameCall:
		w.by = c.twinAgain(w, now)
	case w.outcome == childCounted:
		w.by = own.known()
	case w.outcome == parentCounted && !w.above:
		f, _ := c.spans.Get(w.parent, now)
		w.by = f.known()
	}
}

// placeOf is the i-th place of a key that several records have.
func placeOf(key, i uint64) uint64 { return max(key+i*0x9E3779B97F4A7C15, 1) }

// verdict decides; of a duplicate it notes the witness that counts.
func (c *countedCalls) verdict(w *witness, own *spanRecord, said *responseRecord, now time.Time) outcome {
	if w.repeats(said) {
		w.by = own.andInside(w, said)
		return sameResponse
	}
	if said != nil {
		w.tops(said.told())
		w.same = genai.SameAnswer
	}
	if w.above {
		return parentCounted
	}
	if by, ok := c.inTalk(w, now); ok {
		w.by = by
		if w.sum {
			return childCounted
		}
		return parentCounted
	}
	if w.parent != 0 {
		f, _ := c.spans.Get(w.parent, now)
		if f.counted(w) {
			w.by = f.known()
			return parentCounted
		}
		w.tops(f.above(w))
		if by, ok := c.reported(w, now); ok {
			w.by = by
			return parentCounted
		}
	}
	if by, ok := c.inRoot(w, now); ok {
		w.by = by
		return parentCounted
	}
	if w.covered || own.covers(w) || c.inside(w, now) {
		w.by = own.known()
		return childCounted
	}
	w.tops(own.below(w))
	if by, ok := c.twinOf(w, now); ok {
		w.by = by
		return sameCall
	}
	if w.bare {
		return countsBare
	}
	return counts
}

// tellParent notes under the parent's key that a call inside it counts, here or elsewhere. A call that is counted by its
// parent says nothing new to it, and nothing to its siblings.
func (c *countedCalls) tellParent(w *witness, now time.Time) {
	if w.parent == 0 || w.outcome == parentCounted {
		return
	}
	f, _ := c.spans.Get(w.parent, now)
	if f.self == undecided && (w.outcome == counts && !w.unknown() || w.outcome.duplicate()) {
		f.hears(w.kin)
	}
	switch {
	case w.outcome == counts && !w.unknown():
		f.child = counts
		if f.self != counts {
			if f.self != countsBare && f.self != parentCounted {
				f.rank = max(f.rank, w.rank)
				f.nano += w.nano
			}
			f.lies(w.print)
			c.tellAbove(w, &f, now)
		}
	case w.outcome.duplicate() && f.child != counts:
		f.child = childCounted
		if f.self == undecided {
			f.lies(w.print)
			c.tellAbove(w, &f, now)
		}
	case !w.outcome.duplicate():
		f.holds(w)
		if f.self == undecided && !w.bare {
			f.lies(w.mark())
			c.tellAbove(w, &f, now)
		}
	}
	c.spans.Put(w.parent, f, now)
}

// holds notes that a call without usage or without a price counts inside: the one that tells most.
func (f *spanRecord) holds(w *witness) {
	tells := countsBare
	switch {
	case w.unknown():
		tells = countsUnknown
	case w.failed:
		tells = countsFailed
	}
	if f.child != counts && !f.child.duplicate() {
		f.child = max(f.child, tells)
	}
}
