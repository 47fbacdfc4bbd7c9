package genaimetrics

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// id tells one item from every other: a span by trace and span id, a record or point by a hash.
type id [24]byte

// recent remembers what was counted, so that what is delivered again inside the window is not counted again. Every span goes
// through it. Of an id it keeps 64 bits: with 500,000 in memory one new id in 4 * 10^13 is taken for another. A seed of its own
// keeps a sender from choosing ids that are.
type recent struct {
	seed [3]uint64
	ids  *bounded.Hashes[struct{}] // nil if the window is 0
	told uint64                    // ids forgotten early, as far as they are told
}

func newRecent(cfg Dedupe) *recent {
	r := &recent{seed: [3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64()}} //nolint:gosec // no secret, only not known beforehand
	if cfg.Window > 0 {
		r.ids = bounded.NewHashes[struct{}](cfg.MaxEntries, cfg.Window)
	}
	return r
}

// again says whether an id was met inside the window, and remembers it. Ids of zeros are no ids.
func (r *recent) again(which *id, now time.Time) bool { return r.met(r.mark(which), now) }

// mark is what is kept of an id. 0 is an id that is not remembered.
func (r *recent) mark(which *id) uint64 {
	if r.ids == nil || *which == (id{}) {
		return 0
	}
	return r.fingerprint(which)
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
	n := r.ids.Evicted() - r.told
	r.told += n
	return int64(n) //nolint:gosec // counts what happened since the last time
}

// fingerprint mixes the bits of an id.
func (r *recent) fingerprint(which *id) uint64 {
	a := binary.LittleEndian.Uint64(which[0:]) ^ r.seed[0]
	b := binary.LittleEndian.Uint64(which[8:]) ^ r.seed[1]
	c := binary.LittleEndian.Uint64(which[16:]) ^ r.seed[2]
	hi, lo := bits.Mul64(a|1, c^bits.RotateLeft64(b, 32))
	f := hi ^ lo ^ bits.RotateLeft64(a, 17) ^ b
	hi, lo = bits.Mul64(f^c, 0x9E3779B97F4A7C15)
	return max(hi^lo, 1)
}

func spanID(o *origin) (which id) {
	if o.span == ([8]byte{}) {
		return id{}
	}
	copy(which[:16], o.trace[:])
	copy(which[16:], o.span[:])
	return which
}
