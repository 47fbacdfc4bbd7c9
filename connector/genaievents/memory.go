package genaievents

import (
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// failureEntries is of how many traces with a failure is remembered that they have one.
const failureEntries = 50_000

// memory is what was written already, and which traces had a failure. Both are bounded in entries and in age.
type memory struct {
	mu      sync.Mutex
	ids     *bounded.Hashes[bool] // false is one whose record was refused; nil when the window is 0
	traces  *bounded.Hashes[failure]
	counted uint64
}

// failure is what is known of the failures of a trace. A failure goes up through the spans around it, so only what lies innermost is told:
// a model call, a tool, a retrieval. A span around them is told where nothing in its trace has failed as far as is known, and then it
// stands for the first inner failure that comes late. So there is one record for each failure, in whatever order the spans come.
type failure uint8

const (
	failureNone failure = iota
	failureTold
	failureLent // an outer span was told
)

// noted is a trace's failure as it was before a conversion changed it.
type noted struct {
	trace  uint64
	before failure
}

func newMemory(cfg Dedupe) *memory {
	m := &memory{}
	window := cfg.Window
	if window > 0 {
		m.ids = bounded.NewHashes[bool](cfg.MaxEntries, window)
	} else {
		window = time.Minute
	}
	m.traces = bounded.NewHashes[failure](failureEntries, window)
	return m
}

// claimSpans is claim of the operations among spans: what is known of them is looked up together.
func (m *memory) claimSpans(spans []readSpan, now time.Time) {
	if m.ids == nil {
		for i := range spans {
			spans[i].claimed = true
		}
		return
	}
	var keys [readAhead]uint64
	n := 0
	for i := range spans {
		if spans[i].key != 0 {
			keys[n] = spans[i].key
			n++
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ids.Fetch(keys[:n])
	for i := range spans {
		spans[i].claimed = m.first(spans[i].key, now)
	}
}

// claim says whether what a key stands for has no record yet, and remembers that it has one now. Key 0 is nothing that is known again.
func (m *memory) claim(key uint64, now time.Time) bool {
	if m.ids == nil {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.first(key, now)
}

// first is claim under the lock.
func (m *memory) first(key uint64, now time.Time) bool {
	if key == 0 {
		return true
	}
	written, known := m.ids.GetOrPut(key, true, now)
	if known && !written {
		m.ids.Put(key, true, now)
	}
	return !known || !written
}

// fail says whether a failure in a trace is to be told; outer is that of a span around others. before is what is to be undone where the
// record is refused.
func (m *memory) fail(trace uint64, outer bool, now time.Time) (tell bool, before failure) {
	if trace == 0 {
		return true, failureNone
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before, _ = m.traces.Get(trace, now)
	tell, after := before.next(outer)
	if after != before {
		m.traces.Put(trace, after, now)
	}
	return tell, before
}

// next says whether a failure is told, and what is known of its trace from then on.
func (f failure) next(outer bool) (tell bool, after failure) {
	switch {
	case outer && f == failureNone:
		return true, failureLent
	case outer:
		return false, f
	case f == failureLent:
		return false, failureTold
	}
	return true, failureTold
}

// undo takes back what a conversion has remembered.
func (m *memory) undo(claims []uint64, failures []noted, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ids != nil {
		for _, key := range claims {
			m.ids.Put(key, false, now)
		}
	}
	for i := len(failures) - 1; i >= 0; i-- {
		m.traces.Put(failures[i].trace, failures[i].before, now)
	}
}

// forgotten is how many ids left before their time since it was asked last.
func (m *memory) forgotten() int64 {
	if m.ids == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.ids.Evicted() - m.counted
	m.counted += n
	return int64(n) //nolint:gosec // counts what happened since the last time
}
