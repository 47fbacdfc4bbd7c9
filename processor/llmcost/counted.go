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

// witness is one span that reports a model call. Hashes are of a process-wide random seed, so a sender cannot make them collide.
type witness struct {
	self     uint64 // hash of trace id and span id; 0 for a span without them
	parent   uint64 // hash of trace id and parent span id; 0 for a root
	response uint64 // hash of response id, input and output tokens; 0 without an id
	bare     bool   // carries no usage
	remote   bool   // an agent that runs elsewhere: it stands for every call inside it, however deep
	rank     int    // how much of the bill it knows; of several witnesses in one request the highest counts
	tie      uint64 // decides between equals: the span id, so that the order in a request does not matter

	outcome outcome
	up      int  // index in the request of the witness that is its parent; -1 for none
	depth   int  // witnesses above it in the request
	above   bool // a witness above it in the request counts
	covered bool // a witness below it in the request counts
}

// fact is what the store knows under one key: of a span what became of it and of the spans inside it, of a response which
// span counts.
type fact struct {
	self  outcome
	child outcome // counts, countsBare, or childCounted: a span inside stands for, or itself repeats, a counted call
	by    uint64
}

// counted says whether a call directly inside the span is counted by it, or by a span elsewhere that the span repeats. Where a call
// inside stands for the span, the calls beside that one are others.
func (f fact) counted(bare bool) bool {
	switch f.self {
	case counts, parentCounted:
		return true
	case countsBare:
		return bare
	case sameResponse:
		return f.child != counts
	default:
		return false
	}
}

// countedCalls remembers which calls were counted: by span, to see a retry and a twin above or below, and by response id,
// to see a twin in another trace. It is not safe for concurrent use.
type countedCalls struct {
	facts *bounded.Hashes[fact]
	batch linkFinder
}

// maxLinks bounds the walk along witnesses that lie in each other within one request; deeper nesting is hostile.
const maxLinks = 32

func newCountedCalls(limit int, ttl time.Duration) *countedCalls {
	return &countedCalls{facts: bounded.NewHashes[fact](limit, ttl)}
}

// decide sets the outcome of every witness of one request. Within the request the witness that knows most of the bill
// counts, across requests the one that came first.
func (c *countedCalls) decide(request []witness, now time.Time) {
	if !c.batch.linked(request) {
		for i := range request {
			c.decideOne(&request[i], now)
		}
		return
	}
	for _, i := range c.batch.byRank(request) {
		w := &request[i]
		w.above = below(request, w)
		c.decideOne(w, now)
		if w.outcome == counts || w.outcome == countsBare {
			cover(request, w)
		}
	}
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

func (c *countedCalls) decideOne(w *witness, now time.Time) {
	var own fact
	if w.self != 0 {
		own, _ = c.facts.Get(w.self, now)
	}
	if own.self != undecided && (own.self != countsBare || w.bare) {
		w.outcome = own.self // the same span again gets the same answer
		return
	}
	w.outcome = c.verdict(w, own, now)
	if w.self != 0 {
		own.self = w.outcome
		c.facts.Put(w.self, own, now)
		c.tellParent(w, now)
	}
	if w.outcome == counts && w.response != 0 {
		c.facts.Put(w.response, fact{by: w.self}, now)
	}
}

func (c *countedCalls) verdict(w *witness, own fact, now time.Time) outcome {
	if w.response != 0 {
		if f, ok := c.facts.Get(w.response, now); ok && (f.by != w.self || w.self == 0) {
			return sameResponse
		}
	}
	if w.above {
		return parentCounted
	}
	if w.parent != 0 {
		f, _ := c.facts.Get(w.parent, now)
		if f.counted(w.bare) {
			return parentCounted
		}
	}
	if w.covered || own.child == counts || own.child == childCounted || own.child == countsBare && w.bare {
		return childCounted
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
	f, _ := c.facts.Get(w.parent, now)
	switch {
	case w.outcome == counts:
		f.child = counts
	case w.outcome.duplicate() && f.child != counts:
		f.child = childCounted
	case f.child == undecided:
		f.child = countsBare
	}
	c.facts.Put(w.parent, f, now)
}
