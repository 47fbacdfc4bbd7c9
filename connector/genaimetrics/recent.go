package genaimetrics

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"time"
)

// id tells one item from every other: a span by trace and span id, a record or point by a hash.
type id [24]byte

// recent remembers what was counted, so that what is delivered again inside the window is not counted again. It holds 64-bit
// fingerprints in two generations: the young one takes new ids and becomes the old one when the window has passed or when it
// is full, and what was old is forgotten. So an id is remembered for at least the window and at most two, unless there are too
// many. A bounded.Map would know the age of each id, but takes six times the memory and time for a store that every span
// goes through. Two of a million ids share a fingerprint with a probability of one in 10^7; a seed of its own keeps a sender
// from choosing ids that do.
type recent struct {
	window time.Duration
	limit  int // ids in one generation
	seed   [3]uint64
	young  fingerprints
	old    fingerprints
	since  time.Time // begin of the young generation
	lost   int64     // forgotten inside the window, not told yet
}

func newRecent(cfg Dedupe) *recent {
	return &recent{window: cfg.Window, limit: max(cfg.MaxEntries/2, 1), seed: [3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64()}}
}

// again says whether an id was met inside the window, and remembers it. Ids of zeros are no ids.
func (r *recent) again(which *id, now time.Time) bool {
	if r.window == 0 || *which == (id{}) {
		return false
	}
	r.turn(now)
	f := r.fingerprint(which)
	if r.old.has(f) {
		return true
	}
	return !r.young.add(f)
}

// turn begins a new generation when it is time, or when the young one is full.
func (r *recent) turn(now time.Time) {
	age := now.Sub(r.since)
	full := r.young.n >= r.limit
	if age < r.window && !full {
		return
	}
	if full && age < r.window {
		r.lost += int64(r.old.n)
	}
	if age >= 2*r.window {
		r.young.clear()
	}
	r.young, r.old = r.old, r.young
	r.young.clear()
	r.since = now
}

// forgotten is how many ids left before their time since it was asked last.
func (r *recent) forgotten() int64 {
	n := r.lost
	r.lost = 0
	return n
}

func (r *recent) len() int { return r.young.n + r.old.n }

func (r *recent) fingerprint(which *id) uint64 {
	a := binary.LittleEndian.Uint64(which[0:]) ^ r.seed[0]
	b := binary.LittleEndian.Uint64(which[8:]) ^ r.seed[1]
	c := binary.LittleEndian.Uint64(which[16:]) ^ r.seed[2]
	hi, lo := bits.Mul64(a|1, c^bits.RotateLeft64(b, 32))
	f := hi ^ lo ^ bits.RotateLeft64(a, 17) ^ b
	hi, lo = bits.Mul64(f^c, 0x9E3779B97F4A7C15)
	return max(hi^lo, 1) // 0 is an empty slot
}

// fingerprints is a set of numbers that are random and not 0, in an open-addressed table at most half full.
type fingerprints struct {
	slots []uint64
	n     int
}

func (s *fingerprints) has(f uint64) bool {
	if s.n == 0 {
		return false
	}
	mask := uint64(len(s.slots) - 1) //nolint:gosec // not empty
	for i := f & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case f:
			return true
		case 0:
			return false
		}
	}
}

// add says whether f is new.
func (s *fingerprints) add(f uint64) bool {
	if 2*(s.n+1) > len(s.slots) {
		s.grow()
	}
	mask := uint64(len(s.slots) - 1) //nolint:gosec // not empty
	for i := f & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case f:
			return false
		case 0:
			s.slots[i] = f
			s.n++
			return true
		}
	}
}

func (s *fingerprints) grow() {
	const least = 1024
	before := s.slots
	s.slots, s.n = make([]uint64, max(2*len(before), least)), 0
	for _, f := range before {
		if f != 0 {
			s.add(f)
		}
	}
}

func (s *fingerprints) clear() {
	clear(s.slots)
	s.n = 0
}

func spanID(o *origin) (which id) {
	if o.span == ([8]byte{}) {
		return id{}
	}
	copy(which[:16], o.trace[:])
	copy(which[16:], o.span[:])
	return which
}
