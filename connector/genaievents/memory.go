package genaievents

import (
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// failureEntries is of how many traces and spans with a failure inside is remembered that they have one.
const failureEntries = 100_000

// memory is what was written already, and where something failed. Both are bounded in entries and in age.
type memory struct {
	mu       sync.Mutex
	ids      *bounded.Hashes[bool] // false is one whose record was refused; nil when the window is 0
	failures *bounded.Hashes[failure]
	counted  uint64
}

func newMemory(cfg Dedupe) *memory {
	m := &memory{}
	window := cfg.Window
	if window > 0 {
		m.ids = bounded.NewHashes[bool](cfg.MaxEntries, window)
	} else {
		window = time.Minute
	}
	m.failures = bounded.NewHashes[failure](failureEntries, window)
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
		m.failures.Put(failures[i].of, failures[i].before, now)
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
