package bounded

import (
	"math"
	"math/bits"
	"time"
)

// Hashes holds values by keys that are hashes already: 63 bits that no sender can choose. It keeps what a Map keeps, at most
// limit entries, each for at most ttl since it was put last, but that a key is not there costs one cache line, and an entry one or
// two more, where a Map at its limit touches ten. What it gives up is the exact order of leaving: at the limit it is an old entry
// that leaves, the oldest of a few neighbours, not the oldest of all. It has 1.5 to 3 slots for every entry at its limit, and two to
// seven below it. A Hashes is not safe for concurrent use.
type Hashes[V any] struct {
	limit   int
	ttl     time.Duration
	epoch   time.Time
	lines   []hashLine[V]
	most    int // lines at the limit
	hand    int // where the next entry that must leave is looked for
	taken   int
	evicted uint64
	fetched uint64 // means nothing, but a load whose result nobody keeps is left out by the compiler
}

// hashLine is where the keys that belong to it are, and, once it was full, its neighbour (the other one of a pair). The keys stand
// together: they fill a cache line.
type hashLine[V any] struct {
	keys    [lineSlots]uint64 // 0 is an empty slot, spilled apart
	entries [lineSlots]hashEntry[V]
}

type hashEntry[V any] struct {
	value V             // first, so that one without size takes no room
	at    time.Duration // since epoch; 0 in an empty slot
}

const (
	lineSlots  = 8
	firstLines = 8
	keyZero    = 0x6A09E667F3BCC909 // stands for the key 0
	spilled    = 1 << 63            // beside the first key of a line: some of its keys are in its neighbour
)

// NewHashes makes a Hashes for up to limit entries (at least one) that expire after ttl; a ttl of 0 keeps them until they are
// pushed out.
func NewHashes[V any](limit int, ttl time.Duration) *Hashes[V] {
	limit = max(limit, 1)
	most := max(1<<bits.Len(uint(limit+limit/2-1))/lineSlots, 2) //nolint:gosec // limit is positive
	return &Hashes[V]{limit: limit, ttl: ttl, most: most, lines: make([]hashLine[V], min(most, firstLines))}
}

// Get gives the value of key as of now. It does not make the entry younger.
func (h *Hashes[V]) Get(key uint64, now time.Time) (V, bool) {
	if line, i := h.find(held(key)); line != nil {
		if e := &line.entries[i]; !h.expired(e, h.since(now)) {
			return e.value, true
		}
	}
	var none V
	return none, false
}

// Fetch loads what keys that are asked for or put next need: together they wait for memory once, one after the other each for itself.
func (h *Hashes[V]) Fetch(keys []uint64) {
	var sum uint64
	for _, key := range keys {
		sum += h.lines[h.home(held(key))].keys[0]
	}
	for _, key := range keys {
		key = held(key)
		line := &h.lines[h.home(key)]
		for i, k := range line.keys {
			if k &^= spilled; k == key || k == 0 {
				sum += uint64(line.entries[i].at) //nolint:gosec // means nothing
				break
			}
		}
	}
	h.fetched = sum
}

// Put sets the value of key and makes its entry young. When there is no room an old entry leaves.
func (h *Hashes[V]) Put(key uint64, value V, now time.Time) {
	key = held(key)
	at := h.since(now)
	line, i := h.find(key)
	if line == nil {
		line, i = h.room(key, at)
	}
	line.set(i, key, hashEntry[V]{value, at})
}

// GetOrPut is Get, and where that finds nothing Put of value, for less than one after the other.
func (h *Hashes[V]) GetOrPut(key uint64, value V, now time.Time) (V, bool) {
	key = held(key)
	at := h.since(now)
	line, i := h.find(key)
	if line == nil {
		line, i = h.room(key, at)
	} else if e := &line.entries[i]; !h.expired(e, at) {
		return e.value, true
	}
	line.set(i, key, hashEntry[V]{value, at})
	return value, false
}

// find is where key is; nil where it is not.
func (h *Hashes[V]) find(key uint64) (*hashLine[V], int) {
	n := h.home(key)
	line := &h.lines[n]
	if i := line.slot(key); i >= 0 {
		return line, i
	}
	if line.keys[0]&spilled != 0 {
		line = &h.lines[n^1]
		if i := line.slot(key); i >= 0 {
			return line, i
		}
	}
	return nil, 0
}

// empty is a slot for a new key; nil where neither its line nor the neighbour has one.
func (h *Hashes[V]) empty(key uint64) (*hashLine[V], int) {
	n := h.home(key)
	line := &h.lines[n]
	if i := line.slot(0); i >= 0 {
		return line, i
	}
	neighbour := &h.lines[n^1]
	if i := neighbour.slot(0); i >= 0 {
		line.keys[0] |= spilled
		return neighbour, i
	}
	return nil, 0
}

// slot is the first of a line that holds key, or, for 0, none; -1 where there is none.
func (l *hashLine[V]) slot(key uint64) int {
	for i, k := range l.keys {
		if k&^spilled == key {
			return i
		}
	}
	return -1
}

func (l *hashLine[V]) set(i int, key uint64, e hashEntry[V]) {
	l.keys[i], l.entries[i] = key|l.keys[i]&spilled, e
}

// oldest is the slot of the oldest entry of a line that has one.
func (l *hashLine[V]) oldest() int {
	best, since := 0, uint64(math.MaxUint64)
	for i := range l.entries {
		if at := uint64(l.entries[i].at) - 1; at < since { //nolint:gosec // not negative; an empty slot is the youngest
			best, since = i, at
		}
	}
	return best
}

// room makes a slot free for a new key.
func (h *Hashes[V]) room(key uint64, at time.Duration) (*hashLine[V], int) {
	line, i := h.empty(key)
	for (line == nil || 2*h.taken >= len(h.lines)*lineSlots) && len(h.lines) < h.most {
		h.grow()
		line, i = h.empty(key)
	}
	if line == nil {
		line = &h.lines[h.home(key)]
		i = line.oldest()
		h.drop(line, i, at)
	} else if h.taken >= h.limit {
		h.dropOld(at)
	}
	h.taken++
	return line, i
}

// grow doubles the lines. The keys of a line part over the two of a new pair, so all of them find room; a new one may still find none.
func (h *Hashes[V]) grow() {
	old := h.lines
	h.lines, h.hand = make([]hashLine[V], 2*len(old)), 0
	for n := range old {
		for i, key := range old[n].keys {
			if key &^= spilled; key != 0 {
				line, to := h.empty(key)
				line.set(to, key, old[n].entries[i])
			}
		}
	}
}

// dropOld drops the oldest entry of the next line that has its share of entries. A line with less may have young ones only.
func (h *Hashes[V]) dropOld(at time.Duration) {
	share := max(h.limit/len(h.lines), 1)
	for {
		line := &h.lines[h.hand]
		h.hand = (h.hand + 1) % len(h.lines)
		held := 0
		for _, key := range line.keys {
			if key&^spilled != 0 {
				held++
			}
		}
		if held >= share {
			h.drop(line, line.oldest(), at)
			return
		}
	}
}

func (h *Hashes[V]) drop(line *hashLine[V], i int, at time.Duration) {
	if !h.expired(&line.entries[i], at) {
		h.evicted++
	}
	h.taken--
	line.set(i, 0, hashEntry[V]{})
}

// Len is how many entries are held, expired ones whose slot was not needed yet included.
func (h *Hashes[V]) Len() int { return h.taken }

// Evicted is how many live entries left for lack of room.
func (h *Hashes[V]) Evicted() uint64 { return h.evicted }

// since is the age of the Hashes, at least 1: it begins with the first time that it sees.
func (h *Hashes[V]) since(now time.Time) time.Duration {
	if h.epoch.IsZero() {
		h.epoch = now
	}
	return max(now.Sub(h.epoch), 0) + 1
}

// held is the key as it is held.
func held(key uint64) uint64 {
	if key &^= spilled; key != 0 {
		return key
	}
	return keyZero
}

// home is the line that key belongs to. Multiplying spreads keys that differ in few bits.
func (h *Hashes[V]) home(key uint64) uint64 {
	n, _ := bits.Mul64(key*0x9E3779B97F4A7C15, uint64(len(h.lines)))
	return n
}

func (h *Hashes[V]) expired(e *hashEntry[V], at time.Duration) bool {
	return h.ttl > 0 && at-e.at > h.ttl
}
