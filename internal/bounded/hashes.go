package bounded

import (
	"math"
	"math/bits"
	"time"
)

// Hashes holds values by keys that are hashes already: 64 bits that no sender can choose. It keeps what a Map keeps, at most
// limit entries, each for at most ttl since it was put last, but that a key is not there costs one cache line, and an entry one or
// two more, where a Map at its limit touches ten. What it gives up is the exact order of leaving: at the limit it is an old entry
// that leaves, the oldest of a few neighbours, not the oldest of all. It has 1.5 to 3 slots for every entry at its limit, and fewer
// while it is emptier. A Hashes is not safe for concurrent use.
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

// hashLine is where the keys that belong to it are, and nowhere else. The keys stand together: they fill a cache line.
type hashLine[V any] struct {
	keys    [lineSlots]uint64 // 0 is an empty slot
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
)

// NewHashes makes a Hashes for up to limit entries (at least one) that expire after ttl; a ttl of 0 keeps them until they are
// pushed out.
func NewHashes[V any](limit int, ttl time.Duration) *Hashes[V] {
	limit = max(limit, 1)
	most := max(1<<bits.Len(uint(limit+limit/2-1))/lineSlots, 1) //nolint:gosec // limit is positive
	return &Hashes[V]{limit: limit, ttl: ttl, most: most, lines: make([]hashLine[V], min(most, firstLines))}
}

// Get gives the value of key as of now. It does not make the entry younger.
func (h *Hashes[V]) Get(key uint64, now time.Time) (V, bool) {
	key = held(key)
	line := h.line(key)
	for i := range line.keys {
		if line.keys[i] == key {
			e := &line.entries[i]
			if h.expired(e, h.since(now)) {
				break
			}
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
		sum += h.line(held(key)).keys[0]
	}
	for _, key := range keys {
		key = held(key)
		line := h.line(key)
		for i, k := range line.keys {
			if k == key || k == 0 {
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
	line := h.line(key)
	i := line.slot(key)
	if line.keys[i] != key {
		line, i = h.room(line, i, key, at)
	}
	line.keys[i], line.entries[i] = key, hashEntry[V]{value, at}
}

// slot is that of key in its line, else the first empty one, else that of the oldest entry.
func (l *hashLine[V]) slot(key uint64) int {
	empty := -1
	for i, k := range l.keys {
		if k == key {
			return i
		}
		if k == 0 && empty < 0 {
			empty = i
		}
	}
	if empty >= 0 {
		return empty
	}
	return l.oldest()
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

// room makes slot i, which is empty or another key's, free for a new entry, or gives a slot that is.
func (h *Hashes[V]) room(line *hashLine[V], i int, key uint64, at time.Duration) (*hashLine[V], int) {
	for (line.keys[i] != 0 || 2*h.taken >= len(h.lines)*lineSlots) && len(h.lines) < h.most {
		h.grow()
		line = h.line(key)
		i = line.slot(key)
	}
	if line.keys[i] != 0 {
		h.drop(line, i, at)
	} else if h.taken >= h.limit {
		h.dropOld(at)
	}
	h.taken++
	return line, i
}

// grow doubles the lines. The entries of a line part over two, so all of them find room; a new one may still find none.
func (h *Hashes[V]) grow() {
	old := h.lines
	h.lines, h.hand = make([]hashLine[V], 2*len(old)), 0
	for n := range old {
		for i, key := range old[n].keys {
			if key != 0 {
				line := h.line(key)
				to := line.slot(key)
				line.keys[to], line.entries[to] = key, old[n].entries[i]
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
			if key != 0 {
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
	line.keys[i], line.entries[i] = 0, hashEntry[V]{}
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
	if key == 0 {
		return keyZero
	}
	return key
}

// line is where key belongs. Multiplying spreads keys that differ in few bits.
func (h *Hashes[V]) line(key uint64) *hashLine[V] {
	n, _ := bits.Mul64(key*0x9E3779B97F4A7C15, uint64(len(h.lines)))
	return &h.lines[n]
}

func (h *Hashes[V]) expired(e *hashEntry[V], at time.Duration) bool {
	return h.ttl > 0 && at-e.at > h.ttl
}
