package genaimetrics

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"time"
)

// id tells one item from every other: a span by trace and span id, a record or point by a hash.
type id [24]byte

// recent remembers what was counted, so that what is delivered again inside the window is not counted again. Every span goes
// through it, so it must cost no more than the one cache line that it cannot do without; a bounded.Map costs ten times that.
//
// It is a table of lines of eight slots. An id belongs to one line, and a slot holds 48 bits of it and when it came. A new id
// takes a slot whose id is older than the window, else it pushes out the oldest of its line, which counts as forgotten. There are
// twice as many slots as ids to remember, so that lines fill unevenly without harm. Two ids are taken for one with a
// probability of 3 in 10^14; a seed of its own keeps a sender from choosing ids that are.
type recent struct {
	window time.Duration
	tick   time.Duration // the unit of the times in slots
	epoch  time.Time
	seed   [3]uint64
	lines  []line
	lost   int64 // forgotten inside the window, not told yet
}

const (
	lineSlots   = 8
	tickBits    = 16
	windowTicks = 128
)

// line is one cache line of slots: an id's upper 48 bits, then its time in ticks; 0 is empty.
type line [lineSlots]uint64

func newRecent(cfg Dedupe, now time.Time) *recent {
	r := &recent{
		window: cfg.Window, tick: max(cfg.Window/windowTicks, 1), epoch: now,
		seed: [3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64()}, //nolint:gosec // no secret, only not known beforehand
	}
	if cfg.Window > 0 {
		r.lines = make([]line, 1<<bits.Len(uint(2*cfg.MaxEntries/lineSlots)))
	}
	return r
}

// again says whether an id was met inside the window, and remembers it. Ids of zeros are no ids.
func (r *recent) again(which *id, now time.Time) bool { return r.met(r.mark(which), r.ticks(now)) }

// mark is what is kept of an id: the upper 48 bits, the low ones choose the line. 0 is an id that is not remembered.
func (r *recent) mark(which *id) uint64 {
	if r.window == 0 || *which == (id{}) {
		return 0
	}
	return r.fingerprint(which)
}

func (r *recent) line(mark uint64) *line { return &r.lines[mark&uint64(len(r.lines)-1)] } //nolint:gosec // a power of two

// touch loads the lines of marks: together they wait for memory once, one after the other each for itself. What it gives means
// nothing.
func (r *recent) touch(marks []uint64) (sum uint64) {
	for _, m := range marks {
		if m != 0 {
			sum += r.line(m)[0]
		}
	}
	return sum
}

func (r *recent) met(mark, at uint64) bool {
	if mark == 0 {
		return false
	}
	l := r.line(mark)
	first := int(mark >> 60) // among slots of one age, any
	oldest, age := first%lineSlots, uint64(0)
	for k := range lineSlots {
		i := (first + k) % lineSlots
		a := (at - l[i]) & (1<<tickBits - 1)
		switch {
		case l[i] == 0:
			a = 1 << tickBits
		case l[i]>>tickBits == mark>>tickBits && a <= windowTicks:
			return true
		}
		if a > age {
			oldest, age = i, a
		}
	}
	if age <= windowTicks {
		r.lost++
	}
	l[oldest] = mark>>tickBits<<tickBits | at
	return false
}

// ticks is the time in ticks, which comes around after 512 windows; a slot that was not needed for so long looks young again, and
// then at worst its id is not counted when it comes again after days.
func (r *recent) ticks(now time.Time) uint64 {
	return uint64(max(now.Sub(r.epoch)/r.tick, 0)) & (1<<tickBits - 1) //nolint:gosec // only the low bits count
}

// forgotten is how many ids left before their time since it was asked last.
func (r *recent) forgotten() int64 {
	n := r.lost
	r.lost = 0
	return n
}

// fingerprint mixes the bits of an id.
func (r *recent) fingerprint(which *id) uint64 {
	a := binary.LittleEndian.Uint64(which[0:]) ^ r.seed[0]
	b := binary.LittleEndian.Uint64(which[8:]) ^ r.seed[1]
	c := binary.LittleEndian.Uint64(which[16:]) ^ r.seed[2]
	hi, lo := bits.Mul64(a|1, c^bits.RotateLeft64(b, 32))
	f := hi ^ lo ^ bits.RotateLeft64(a, 17) ^ b
	hi, lo = bits.Mul64(f^c, 0x9E3779B97F4A7C15)
	return max(hi^lo, 1<<tickBits) // so that no slot of an id is 0
}

func spanID(o *origin) (which id) {
	if o.span == ([8]byte{}) {
		return id{}
	}
	copy(which[:16], o.trace[:])
	copy(which[16:], o.span[:])
	return which
}
