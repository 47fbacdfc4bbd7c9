package genaimetrics

import (
	"hash/maphash"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const twinEntries = 10_000

// twins remembers the retries that were told of a call, so that the second report of the call adds only those that the first did
// not tell, whichever of the two comes first. Only calls with retries are remembered.
type twins struct {
	told *bounded.Map[uint64, toldRetries]
	seed maphash.Seed
}

// toldRetries are those of the counted reports, added up, and the most that one duplicate told.
type toldRetries struct{ counted, duplicate int64 }

func newTwins() twins {
	return twins{told: bounded.New[uint64, toldRetries](twinEntries, genai.DedupeWindow), seed: maphash.MakeSeed()}
}

// The ways in which llmcost finds that two spans report one call: they have the same response, or one lies in the other.
type twinKind uint8

const (
	twinResponse twinKind = iota
	twinInner             // the reports that lie in a span
	twinOuter             // the report that the span is
)

// fresh says how many of the n retries that a report tells no twin told, and remembers that they are told now.
func (t twins) fresh(o *observation, n int64, duplicate bool, now time.Time) int64 {
	own := [...]uint64{t.response(o), t.span(twinInner, o, o.parent), t.span(twinOuter, o, o.origin.span)}
	twin := [...]uint64{own[0], t.span(twinOuter, o, o.parent), t.span(twinInner, o, o.origin.span)}
	known := int64(0)
	for i, key := range twin {
		told := t.get(key, now)
		if duplicate {
			known = max(known, told.duplicate, told.counted)
			continue
		}
		if i < 2 { // a duplicate may speak of several counted reports: what it told is used up by those before
			told.duplicate -= t.get(own[i], now).counted
		}
		known = max(known, told.duplicate)
	}
	for _, key := range own {
		if key == 0 {
			continue
		}
		told := t.get(key, now)
		if duplicate {
			told.duplicate = max(told.duplicate, n)
		} else {
			told.counted += n
		}
		t.told.Put(key, told, now)
	}
	return max(n-known, 0)
}

func (t twins) get(key uint64, now time.Time) toldRetries {
	told, _ := t.told.Get(key, now)
	return told
}

// response is the key of the answer; 0 is none.
func (t twins) response(o *observation) uint64 {
	if o.op.ResponseID == "" {
		return 0
	}
	return maphash.Comparable(t.seed, struct {
		kind twinKind
		id   string
	}{twinResponse, o.op.ResponseID}) | 1
}

// span is the key of what lies in, or around, a span; 0 is none.
func (t twins) span(kind twinKind, o *observation, which [8]byte) uint64 {
	if which == ([8]byte{}) {
		return 0
	}
	return maphash.Comparable(t.seed, struct {
		kind  twinKind
		trace [16]byte
		span  [8]byte
	}{kind, o.origin.trace, which}) | 1
}
