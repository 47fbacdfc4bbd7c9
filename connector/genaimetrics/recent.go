package genaimetrics

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// id tells one item from every other: a span by trace and span id, a record or point by a hash.
type id [24]byte

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

// again says whether an id was met inside the window, and remembers it. Ids of zeros are no ids.
func (r *recent) again(which *id, now time.Time) bool { return r.met(r.mark(which), now) }

// mark is what is kept of an id. 0 is an id that is not remembered.
func (r *recent) mark(which *id) uint64 {
	if r.ids == nil {
		return 0
	}
	return r.hash.ID((*[24]byte)(which))
}

func (r *recent) fetch(marks []uint64) {
	if r.ids != nil {
		r.ids.Fetch(marks)
	}
}

// met is again for the mark of an id.
func (r *recent) met(mark uint64, now time.Time) bool {
	if mark == 0 {
		return false
	}
	_, ok := r.ids.Get(mark, now)
	if !ok {
		r.ids.Put(mark, struct{}{}, now)
	}
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

func spanID(o *origin) (which id) {
	if o.span == ([8]byte{}) {
		return id{}
	}
	copy(which[:16], o.trace[:])
	copy(which[16:], o.span[:])
	return which
}
