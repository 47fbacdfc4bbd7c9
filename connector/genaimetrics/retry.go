package genaimetrics

import (
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

const (
	retryEntries  = 10_000
	retryMemory   = 10 * time.Minute
	retryFailures = 16 // most failed attempts of one call that are told apart
)

// retries finds the attempts that clients report as a span each: failed calls that a later call with the same parent span and
// the same model follows. Only parents with a failed call are remembered.
type retries struct {
	parents *bounded.Map[retryKey, *attempts]
}

type retryKey struct {
	trace  [16]byte
	parent [8]byte
	model  string
}

// attempts are the calls below one parent.
type attempts struct {
	failed [retryFailures]int64 // begins of the failed calls
	n      int
	latest int64 // begin of the latest call, failed or not
	told   int64 // retries that were counted
}

func newRetries() retries {
	return retries{parents: bounded.New[retryKey, *attempts](retryEntries, retryMemory)}
}

// noteFailure remembers a failed call. Failures of a batch are noted before its calls are counted, so the order inside a batch
// does not matter.
func (r *retries) noteFailure(key retryKey, start int64, now time.Time) {
	a, ok := r.parents.Get(key, now)
	if !ok {
		a = &attempts{}
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
	if r.parents.Len() == 0 {
		return 0
	}
	a, ok := r.parents.Get(key, now)
	if !ok {
		return 0
	}
	a.latest = max(a.latest, start)
	more := a.retried() - a.told
	a.told += more
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
