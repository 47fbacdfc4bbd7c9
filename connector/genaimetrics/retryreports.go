package genaimetrics

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const retryReportEntries = 10_000

// retryReports remembers the retries that were told of a call, so that the second report of the call adds only those that the first did
// not tell, whichever of the two comes first. Only calls with retries are remembered.
type retryReports struct {
	retries *bounded.Hashes[reportedRetries]
	hash    *genai.Hasher
}

// reportedRetries are those of the counted reports, added up, and the most that one duplicate told.
type reportedRetries struct{ counted, duplicate int64 }

func newRetryReports(hash *genai.Hasher) retryReports {
	return retryReports{retries: bounded.NewHashes[reportedRetries](retryReportEntries, genai.DedupeWindow), hash: hash}
}

// fresh says how many of the n retries that a report tells no other report of the call told, and remembers that they are told now.
func (t retryReports) fresh(o *observation, n int64, duplicate bool, now time.Time) int64 {
	parent, self := t.hash.Span(o.origin.trace, o.parent), t.hash.Span(o.origin.trace, o.origin.span)
	// llmcost finds in two ways that two spans report one call: they have the same response, or one lies in the other.
	own := [...]uint64{t.hash.Response(o.op.ResponseID, 0), inside(parent), self}
	others := [...]uint64{own[0], parent, inside(self)}
	known := int64(0)
	for i, key := range others {
		reported := t.get(key, now)
		if duplicate {
			known = max(known, reported.duplicate, reported.counted)
			continue
		}
		if i < 2 { // a duplicate may speak of several counted reports: what it told is used up by those before
			reported.duplicate -= t.get(own[i], now).counted
		}
		known = max(known, reported.duplicate)
	}
	for _, key := range own {
		if key == 0 {
			continue
		}
		reported := t.get(key, now)
		if duplicate {
			reported.duplicate = max(reported.duplicate, n)
		} else {
			reported.counted += n
		}
		t.retries.Put(key, reported, now)
	}
	return max(n-known, 0)
}

func (t retryReports) get(key uint64, now time.Time) (reported reportedRetries) {
	if key != 0 {
		reported, _ = t.retries.Get(key, now)
	}
	return reported
}

// inside is the key of the reports that lie in a span, where that of the span itself is its own report.
func inside(span uint64) uint64 {
	if span == 0 {
		return 0
	}
	return span ^ 0x9E3779B97F4A7C15
}
