package genaimetrics

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const twinEntries = 10_000

// twins remembers the retries that were told of a call, so that the second report of the call adds only those that the first did
// not tell, whichever of the two comes first. Only calls with retries are remembered.
type twins struct {
	retries *bounded.Hashes[toldRetries]
	hash    *genai.Hasher
}

// toldRetries are those of the counted reports, added up, and the most that one duplicate told.
type toldRetries struct{ counted, duplicate int64 }

func newTwins(hash *genai.Hasher) twins {
	return twins{retries: bounded.NewHashes[toldRetries](twinEntries, genai.DedupeWindow), hash: hash}
}

// fresh says how many of the n retries that a report tells no twin told, and remembers that they are told now.
func (t twins) fresh(o *observation, n int64, duplicate bool, now time.Time) int64 {
	parent, self := t.hash.Span(o.origin.trace, o.parent), t.hash.Span(o.origin.trace, o.origin.span)
	// llmcost finds in two ways that two spans report one call: they have the same response, or one lies in the other.
	own := [...]uint64{t.hash.Response(o.op.ResponseID, 0), inside(parent), self}
	twin := [...]uint64{own[0], parent, inside(self)}
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
		t.retries.Put(key, told, now)
	}
	return max(n-known, 0)
}

func (t twins) get(key uint64, now time.Time) (told toldRetries) {
	if key != 0 {
		told, _ = t.retries.Get(key, now)
	}
	return told
}

// inside is the key of the reports that lie in a span, where that of the span itself is its own report.
func inside(span uint64) uint64 {
	if span == 0 {
		return 0
	}
	return span ^ 0x9E3779B97F4A7C15
}
