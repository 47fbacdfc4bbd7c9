package llmcost

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// outcome says whether a span's model call counts, and if not, what stands for it.
type outcome uint8

const (
	undecided     outcome = iota
	counts                // counts, and carries usage
	countsFailed          // of spans inside: counts, failed, and carries no usage
	countsBare            // counts, but carries no usage: a later twin that does is the better witness
	countsUnknown         // of spans inside: counts, but its price is not known
	sameResponse          // another span with the same response id and usage counts
	sameCall              // another library's span of the same call counts
	parentCounted         // the span it lies in counts
	childCounted          // a span inside it counts
)

// duplicate says whether o is one of the outcomes that count elsewhere.
func (o outcome) duplicate() bool { return o >= sameResponse }

// reason is the llm.cost.reason of a duplicate.
func (o outcome) reason() string {
	switch o {
	case sameResponse:
		return genai.ReasonSameResponse
	case sameCall:
		return genai.ReasonSameCall
	case parentCounted:
		return genai.ReasonParentCounted
	case childCounted:
		return genai.ReasonChildCounted
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
	bare     bool // carries no usage
	remote   bool // an agent that runs elsewhere: it stands for every call inside it, however deep
	loose    bool // one that may be a sum, and is remote too
	failed   bool
	fetched  bool   // no call, but brings the answer to one
	rank     int16  // how much of the bill it knows; of several witnesses in one request the highest counts
	tie      uint64 // decides between equals: the span id, so that the order in a request does not matter
	nano     int64  // what it would cost
	kin      kin    // of the model, where the span tells which one answered
	output   uint16 // what shortOf makes of its output tokens
	print    uint32 // of its counts
	twin     twinKey
	talk     uint64 // of the conversation, of a run that is told as one sum and of the calls of a program that may be driven; else 0
	sum      bool   // such a run

	apart   uint64 // what its own keys differ by from those of its spans; 0 of a call that talks
	outcome outcome
	by      known // of a duplicate: what counts for it, as far as that is known
	up      int   // index in the request of the witness that is its parent; -1 for none
	depth   int   // witnesses above it in the request
	above   bool  // a witness above it in the request counts
	again   bool  // its span came before
	adds    genai.Adds
	same    genai.Same // where it adds
	covered bool       // a witness below it in the request counts
}

// keepApart gives w keys of its own: an embedding is no report of the chat that it lies in, nor the chat one of it.
func (w *witness) keepApart(by uint64) {
	w.apart = by
	if w.self != 0 {
		w.self ^= by
	}
	if w.parent != 0 {
		w.parent ^= by
	}
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
	asked         bool // of an answer whose usage nobody has told yet
}

func inputsOf(u *genai.Usage) inputs {
	return inputs{all: uint32(u.Input), uncached: uint32(u.InputUncached())} //nolint:gosec // the low bits
}

func (a inputs) agree(b inputs) bool {
	return a.unique || a.all == b.all || a.uncached == b.all || a.all == b.uncached
}

// unknownPrice is how much less a witness with usage knows whose price is not known, more than any other difference: its rank is below 0.
const unknownPrice = 4000

// beginning is how much less one knows that tells less output than another report of the answer: more than a bill, a model and three parts.
const beginning = 40

func (w *witness) unknown() bool { return w.rank < 0 }

// noUsage is the rank that is remembered of what counts without usage: less is known of it than of any with a price.
const noUsage int16 = -1

// tops notes that w tells what an earlier report of its call, which counts, did not: of one with usage the price. Where several came before, one
// may have told usage.
func (w *witness) tops(rank int16) {
	switch {
	case w.bare || rank >= 0:
	case rank == noUsage:
		w.adds = max(w.adds, genai.AddsUsage)
	case !w.unknown():
		w.adds = genai.AddsCost
	}
}

// shortOf is a count as few bits, not 0.
func shortOf(n int64) uint16 {
	return uint16(n%0xffff) + 1 //nolint:gosec // counts are not negative
}

// uncounted is how much more, or where it tells the same counts less, a duplicate that knows more of the bill would have cost than what counts
// for it, in nano-USD: the one that came first, in another request, cannot be changed any more. Within a request there is no such thing, the
// fuller one counts.
func (w *witness) uncounted() int64 {
	if w.fetched && w.outcome == sameResponse && w.by.nothing() {
		return w.nano
	}
	if !w.outcome.duplicate() || w.by.nothing() || w.rank < w.by.rank {
		return 0
	}
	more := w.nano - w.by.nano
	if more < 0 && (w.rank == w.by.rank || w.print != w.by.print) {
		return 0
	}
	return more
}
