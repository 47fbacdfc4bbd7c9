package bounded

import "time"

// Hashes holds values by keys that are hashes already: 64 bits that no sender can choose. It keeps what a Map keeps, at most limit
// entries, each for at most ttl since it was put last, and at the limit the oldest leaves. It is made for tables that are larger than a
// processor's caches: that a key is not there costs one cache line, that it is there one more, and a new entry is written beside the one
// before it. An entry takes its key, time and value, and 7 to 14 bytes besides; memory follows what is held, up and down. What it gives
// up is the exact order of leaving: an entry that was put again is moved up only when its turn to leave has come. A Hashes is not safe for
// concurrent use.
type Hashes[V any] struct {
	limit   int
	ttl     time.Duration
	epoch   time.Time
	evicted uint64
	fetched uint64 // means nothing, but a load whose result nobody keeps is left out by the compiler
	journal journal[V]
	index   index // of the journal
}

// mostMoved bounds what one new entry may take where all that are held were put again.
const mostMoved = 32

// maxHashes is as many entries as an index can tell apart.
const maxHashes = 1 << 28

// NewHashes makes a Hashes for up to limit entries (at least one) that expire after ttl; a ttl of 0 keeps them until they are
// pushed out.
func NewHashes[V any](limit int, ttl time.Duration) *Hashes[V] {
	limit = min(max(limit, 1), maxHashes)
	return &Hashes[V]{limit: limit, ttl: ttl, index: newIndex(limit)}
}

// Get gives the value of key as of now. It does not make the entry younger.
func (h *Hashes[V]) Get(key uint64, now time.Time) (V, bool) {
	if _, e := h.find(key); e != nil && !h.expired(e.put.at(), h.since(now)) {
		return e.value, true
	}
	var none V
	return none, false
}

// Put sets the value of key and makes its entry young. When there is no room an old entry leaves.
func (h *Hashes[V]) Put(key uint64, value V, now time.Time) {
	if place, e := h.find(key); e != nil {
		h.journal.renew(place, value, h.since(now))
		return
	}
	h.add(key, value, h.since(now))
}

// GetOrPut is Get, and where that finds nothing Put of value, for less than one after the other.
func (h *Hashes[V]) GetOrPut(key uint64, value V, now time.Time) (V, bool) {
	at := h.since(now)
	place, e := h.find(key)
	switch {
	case e == nil:
		h.add(key, value, at)
	case h.expired(e.put.at(), at):
		h.journal.renew(place, value, at)
	default:
		return e.value, true
	}
	return value, false
}

// Fetch loads what keys that are asked for or put next need: together they wait for memory once, one after the other each for itself.
func (h *Hashes[V]) Fetch(keys []uint64) {
	var sum uint64
	for _, key := range keys {
		sum += uint64(h.index.line(h.index.home(key)).spilled)
	}
	for _, key := range keys {
		if _, e := h.find(key); e != nil {
			sum += uint64(e.put) //nolint:gosec // means nothing
		}
	}
	h.fetched = sum
}

// Len is how many entries are held, expired ones that are not freed yet included.
func (h *Hashes[V]) Len() int { return h.journal.len() }

// Evicted is how many live entries left for lack of room.
func (h *Hashes[V]) Evicted() uint64 { return h.evicted }

// add puts a new key last.
func (h *Hashes[V]) add(key uint64, value V, at time.Duration) {
	h.expire(at)
	for moved := 0; h.Len() >= h.limit; moved++ {
		h.dropOldest(at, moved < mostMoved)
	}
	h.putLast(key, value, at)
}

func (h *Hashes[V]) putLast(key uint64, value V, at time.Duration) {
	place := h.journal.add(key, value, at)
	if h.Len() > h.index.room() {
		h.reindex(2 * len(h.index.lines))
		return
	}
	h.enter(key, place)
}

// expire frees the chunks whose entries have all expired, and what is too much of the index then. Of those in which some were put again
// it takes one at a time.
func (h *Hashes[V]) expire(at time.Duration) {
	for moved := false; !moved; {
		c, end, full := h.journal.oldest()
		if !full || !h.expired(c.last, at) {
			return
		}
		if moved = c.again; !moved {
			h.journal.leave(end)
		}
		for h.journal.tail < end {
			h.dropOldest(at, true)
		}
		if n := len(h.index.lines); n > firstLines && h.Len() < n {
			h.reindex(n / 2)
		}
	}
}

// dropOldest takes the first entry off the journal. One that was put again since it came to its place is put last, once, unless too many
// were.
func (h *Hashes[V]) dropOldest(at time.Duration, move bool) {
	e := h.journal.take()
	switch {
	case h.expired(e.put.at(), at):
	case move && e.put.again():
		h.putLast(e.key, e.value, e.put.at())
	default:
		h.evicted++
	}
}

// since is the age of the Hashes: it begins with the first time that it sees.
func (h *Hashes[V]) since(now time.Time) time.Duration {
	if h.epoch.IsZero() {
		h.epoch = now
	}
	return max(now.Sub(h.epoch), 0)
}

func (h *Hashes[V]) expired(since, at time.Duration) bool {
	return h.ttl > 0 && at-since > h.ttl
}
