package genaimetrics

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// recent remembers what was counted, so that what is delivered again inside the window is not counted again. Every span goes through it.
type recent struct {
	hash    *genai.Hasher
	ids     *bounded.Hashes[struct{}] // nil if the window is 0
	counted uint64                    // ids forgotten early, as far as they are counted
}

func newRecent(cfg Dedupe) *recent {
	r := &recent{hash: genai.NewHasher()}
	if cfg.Window > 0 {
		r.ids = bounded.NewHashes[struct{}](cfg.MaxEntries, cfg.Window)
	}
	return r
}

func (r *recent) fetch(keys []uint64) {
	if r.ids != nil {
		r.ids.Fetch(keys)
	}
}

// again says whether a key was met inside the window, and remembers it. 0 is the key of nothing.
func (r *recent) again(key uint64, now time.Time) bool {
	if key == 0 || r.ids == nil {
		return false
	}
	_, ok := r.ids.GetOrPut(key, struct{}{}, now)
	return ok
}

// forgotten is how many ids left before their time since it was asked last.
func (r *recent) forgotten() int64 {
	if r.ids == nil {
		return 0
	}
	n := r.ids.Evicted() - r.counted
	r.counted += n
	return int64(n) //nolint:gosec // counts what happened since the last time
}
