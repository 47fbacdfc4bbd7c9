package genaimetrics

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// id tells one item from every other: a span by trace and span id, a record or point by a hash.
type id [24]byte

// recent remembers what was counted, so that what is delivered again inside the window is not counted again.
type recent struct {
	window time.Duration
	ids    *bounded.Map[id, struct{}]
	lost   uint64 // evictions that were told
}

// forgotten is how many ids left before their time since it was asked last.
func (r *recent) forgotten() int64 {
	n := r.ids.Evicted() - r.lost
	r.lost += n
	return int64(n) //nolint:gosec // counts one by one
}

func newRecent(cfg Dedupe) *recent {
	return &recent{window: cfg.Window, ids: bounded.New[id, struct{}](cfg.MaxEntries, cfg.Window)}
}

// again says whether an id was met inside the window, and remembers it. Ids of zeros are no ids.
func (r *recent) again(which id, now time.Time) bool {
	if r.window == 0 || which == (id{}) {
		return false
	}
	if _, ok := r.ids.Get(which, now); ok {
		return true
	}
	r.ids.Put(which, struct{}{}, now)
	return false
}

func spanID(o *origin) (which id) {
	if o.span == ([8]byte{}) {
		return id{}
	}
	copy(which[:16], o.trace[:])
	copy(which[16:], o.span[:])
	return which
}
