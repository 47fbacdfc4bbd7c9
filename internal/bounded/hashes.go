package bounded

import (
	"math/bits"
	"time"
)

// Hashes holds values by keys that are hashes already: 64 bits that no sender can choose. It keeps what a Map keeps, at most
// limit entries, each for at most ttl since it was put last, but an entry costs one or two cache lines where a Map at its limit
// touches ten. What it gives up is the exact order of leaving: at the limit it is an old entry that leaves, the oldest of a few
// neighbours, not the oldest of all. It has 1.5 to 3 slots for every entry at its limit, and fewer while it is emptier. A
// Hashes is not safe for concurrent use.
type Hashes[V any] struct {
	limit   int
	ttl     time.Duration
	epoch   time.Time
	slots   []hashSlot[V] // lines of lineSlots; a key belongs to one line
	most    int           // slots at the limit
	hand    int           // where the next entry that must leave is looked for
	taken   int
	evicted uint64
}

type hashSlot[V any] struct {
	value V // first, so that one without size takes no room
	key   uint64
	at    time.Duration // since epoch; 0 is an empty slot
}

const (
	lineSlots  = 8
	firstSlots = 64
)

// NewHashes makes a Hashes for up to limit entries (at least one) that expire after ttl; a ttl of 0 keeps them until they are
// pushed out.
func NewHashes[V any](limit int, ttl time.Duration) *Hashes[V] {
	limit = max(limit, 1)
	most := max(1<<bits.Len(uint(limit+limit/2-1)), lineSlots) //nolint:gosec // limit is positive
	return &Hashes[V]{limit: limit, ttl: ttl, most: most, slots: make([]hashSlot[V], min(most, firstSlots))}
}

// Get gives the value of key as of now. It does not make the entry younger.
func (h *Hashes[V]) Get(key uint64, now time.Time) (V, bool) {
	at := h.since(now)
	line := h.line(key)
	for i := range line {
		if s := &line[i]; s.key == key && s.at != 0 && !h.expired(s, at) {
			return s.value, true
		}
	}
	var none V
	return none, false
}

// Fetch loads the lines of keys that are asked for next: together they wait for memory once, one after the other each for itself. What
// it gives means nothing.
func (h *Hashes[V]) Fetch(keys []uint64) (sum uint64) {
	for _, key := range keys {
		sum += h.line(key)[0].key
	}
	return sum
}

// Put sets the value of key and makes its entry young. When there is no room an old entry leaves.
func (h *Hashes[V]) Put(key uint64, value V, now time.Time) {
	at := h.since(now)
	s := h.slot(key)
	if s.at == 0 || s.key != key {
		s = h.room(s, key, at)
	}
	s.key, s.at, s.value = key, at, value
}

// slot is that of key in its line, else an empty one, else that of the oldest entry.
func (h *Hashes[V]) slot(key uint64) *hashSlot[V] {
	line := h.line(key)
	best := &line[0]
	for i := range line {
		s := &line[i]
		if s.key == key && s.at != 0 {
			return s
		}
		if s.at < best.at {
			best = s
		}
	}
	return best
}

// room makes s, a slot that is empty or another key's, free for a new entry, or gives a slot that is.
func (h *Hashes[V]) room(s *hashSlot[V], key uint64, at time.Duration) *hashSlot[V] {
	for (s.at != 0 || 2*h.taken >= len(h.slots)) && len(h.slots) < h.most {
		h.grow()
		s = h.slot(key)
	}
	if s.at != 0 {
		h.drop(s, at)
	} else if h.taken >= h.limit {
		h.dropOld(at)
	}
	h.taken++
	return s
}

// grow doubles the lines. The entries of a line part over two, so all of them find room; a new one may still find none.
func (h *Hashes[V]) grow() {
	old := h.slots
	h.slots, h.hand = make([]hashSlot[V], 2*len(old)), 0
	for i := range old {
		if s := &old[i]; s.at != 0 {
			*h.slot(s.key) = *s
		}
	}
}

// dropOld drops the oldest entry of the next line that has its share of entries. A line with less may have young ones only.
func (h *Hashes[V]) dropOld(at time.Duration) {
	share := max(h.limit/(len(h.slots)/lineSlots), 1)
	for {
		line := h.slots[h.hand : h.hand+lineSlots]
		h.hand = (h.hand + lineSlots) % len(h.slots)
		var oldest *hashSlot[V]
		held := 0
		for i := range line {
			if s := &line[i]; s.at != 0 {
				held++
				if oldest == nil || s.at < oldest.at {
					oldest = s
				}
			}
		}
		if held >= share {
			h.drop(oldest, at)
			return
		}
	}
}

func (h *Hashes[V]) drop(s *hashSlot[V], at time.Duration) {
	if !h.expired(s, at) {
		h.evicted++
	}
	h.taken--
	*s = hashSlot[V]{}
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

// line is where key belongs. Multiplying spreads keys that differ in few bits.
func (h *Hashes[V]) line(key uint64) []hashSlot[V] {
	n, _ := bits.Mul64(key*0x9E3779B97F4A7C15, uint64(len(h.slots)/lineSlots))
	first := n * lineSlots
	return h.slots[first : first+lineSlots : first+lineSlots]
}

func (h *Hashes[V]) expired(s *hashSlot[V], at time.Duration) bool {
	return h.ttl > 0 && at-s.at > h.ttl
}
