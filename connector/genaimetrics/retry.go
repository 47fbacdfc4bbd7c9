package genaimetrics

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	retryEntries  = 10_000
	retryMemory   = 10 * time.Minute
	retryFailures = 16 // most failed attempts of one call that are told apart
)

// retries finds the attempts that clients report as a span each: failed calls that a later call with the same parent span and
// the same model follows. Parents with a failed call are remembered, and of the calls met last when they began: requests may pass each other, and then the
// call that came through is here before the one that failed.
type retries struct {
	parents *bounded.Map[retryKey, *attempts]
	began   *[lastCalls]beginning
	hash    *genai.Hasher
}

// lastCalls is how many are remembered: those of a few seconds. One that falls on the place of another takes it.
const lastCalls = 1 << 12

// beginning is when the latest call below a parent began.
type beginning struct {
	key   uint64
	start int64
}

type retryKey struct {
	trace  [16]byte
	parent [8]byte
	model  string
}

// attempts are the calls below one parent.
type attempts struct {
	failed  [retryFailures]int64 // begins of the failed calls
	n       int
	latest  int64 // begin of the latest call, failed or not
	counted int64 // retries that were counted
}

func newRetries(hash *genai.Hasher) retries {
	return retries{parents: bounded.New[retryKey, *attempts](retryEntries, retryMemory), began: new([lastCalls]beginning), hash: hash}
}

// place is where the beginning of a call is kept, and under which key.
func (r *retries) place(of *retryKey) (*beginning, uint64) {
	key := r.hash.Words(r.hash.Span(of.trace, of.parent), r.hash.Text(of.model), 13)
	return &r.began[key%lastCalls], key
}

func (r *retries) noteBeginning(of *retryKey, start int64) {
	at, key := r.place(of)
	if at.key == key {
		start = max(start, at.start)
	}
	*at = beginning{key, start}
}

// noteFailure remembers a failed call. All failures of a request are noted before its calls are followed, so the order inside a
// request does not matter.
func (r *retries) noteFailure(key retryKey, start int64, now time.Time) {
	a, ok := r.parents.Get(key, now)
	if !ok {
		a = &attempts{}
		if at, k := r.place(&key); at.key == k {
			a.latest = at.start
		}
		key.model = strings.Clone(key.model)
		r.parents.Put(key, a, now)
	}
	if a.n < retryFailures {
		a.failed[a.n] = start
		a.n++
	}
}

// follow takes a call in and says how many failed calls it turned into retried ones.
func (r *retries) follow(key retryKey, start int64, now time.Time) int64 {
	a, ok := r.parents.Get(key, now)
	if !ok {
		return 0
	}
	a.latest = max(a.latest, start)
	more := a.retried() - a.counted
	a.counted += more
	return more
}

// retried is how many of the failed calls have a later one.
func (a *attempts) retried() int64 {
	n := int64(0)
	for _, start := range a.failed[:a.n] {
		if start < a.latest {
			n++
		}
	}
	return n
}

// attempt is a counted call that may follow failed ones.
type attempt struct {
	key      retryKey
	span     [8]byte
	response string
	start    int64
	weight   int64
	route    *route
}

// noteAttempt keeps a counted call until all failures of its request are known.
func (b *group) noteAttempt(o *observation) {
	if o.again || o.route == nil || o.op.Attempt > 0 || o.parent == ([8]byte{}) {
		return
	}
	b.attempts = append(b.attempts, attempt{
		key: retryKeyOf(o), span: o.origin.span, response: o.op.ResponseID, start: o.start, weight: o.weight, route: o.route,
	})
}

// countAttempts counts the failed calls that the calls of a request turned into retried ones, for the latest of those. The caller holds
// the lock.
func (e *engine) countAttempts(calls []attempt) {
	for i := range calls {
		e.retries.noteBeginning(&calls[i].key, calls[i].start)
	}
	if e.retries.parents.Len() == 0 {
		return
	}
	now := time.Unix(0, e.now)
	calls = slices.DeleteFunc(calls, func(c attempt) bool {
		_, ok := e.retries.parents.Get(c.key, now)
		return !ok
	})
	slices.SortFunc(calls, func(a, b attempt) int {
		return cmp.Or(cmp.Compare(b.start, a.start), bytes.Compare(a.span[:], b.span[:]))
	})
	for i := range calls {
		c := &calls[i]
		n := e.retries.follow(c.key, c.start, now)
		if n == 0 {
			continue
		}
		o := observation{parent: c.key.parent, weight: c.weight, origin: origin{trace: c.key.trace, span: c.span}}
		o.op.ResponseID = c.response
		e.addFreshRetries(e.route(&c.route.labels, c.route.dims), &o, n) // the route may have been dropped meanwhile
	}
}
