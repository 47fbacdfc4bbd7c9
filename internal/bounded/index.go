package bounded

import "math/bits"

// index says at which place of a journal a key is. Its lines fill a cache line each. What leaves the journal is not taken out of the
// index: the places that are held are known by their numbers, and the others make room when their line gets a new one. A slot has the low
// bits of a place, several times as many as are held, and beside them some of the key's, so that a look at the journal is seldom in vain.
type index struct {
	lines []indexLine // a power of two of them
	place uint32      // mask of a slot's place
	shift int         // of a slot's tag
}

// indexLine is where the keys that belong to it are. When it is full they go on into the next line.
type indexLine struct {
	spilled uint32 // the last slot that went on, 0 is none: while its place is held, keys of this line are looked for in the next one too
	slots   [lineSlots]uint32
}

const (
	lineSlots  = 15
	fullLine   = 9 // slots used of a line, on average, before there are more lines
	firstLines = 8
)

func newIndex(limit int) index {
	n := bits.Len(uint(limit)) + 2 //nolint:gosec // limit is positive
	return index{lines: make([]indexLine, firstLines), place: 1<<n - 1, shift: n}
}

// used is how many slots are: they come first.
func (l *indexLine) used() int {
	for i, slot := range &l.slots {
		if slot == 0 {
			return i
		}
	}
	return lineSlots
}

// room is how many keys there is room for.
func (x *index) room() int { return fullLine * len(x.lines) }

// spread makes keys that differ in few bits differ in the high ones.
func spread(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

// home is the line that a key belongs to.
func (x *index) home(key uint64) uint64 {
	n, _ := bits.Mul64(spread(key), uint64(len(x.lines)))
	return n
}

// line is the nth line; after the last comes the first.
func (x *index) line(n uint64) *indexLine {
	return &x.lines[n&uint64(len(x.lines)-1)] //nolint:gosec // at least one
}

// tag is the part of a slot that says of which key it is; not 0.
func (x *index) tag(key uint64) uint32 {
	return (uint32(spread(key)>>16) | 1) << x.shift //nolint:gosec // some of its bits
}

// slot is what a line holds of a key.
func (x *index) slot(key, place uint64) uint32 {
	return x.tag(key) | uint32(place)&x.place //nolint:gosec // its low bits
}
