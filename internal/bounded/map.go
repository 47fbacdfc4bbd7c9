// Package bounded has the map that every keyed store of this distribution is: capped in entries and in age, so that nothing
// grows by what a sender sends. It uses the standard library only.
package bounded

import (
	"iter"
	"time"
)

// Map holds at most limit entries, each for at most ttl since it was put or touched last. When it is full the oldest entry
// leaves. Entries that expired count as absent at once and are freed as later ones come. A Map is not safe for concurrent
// use: its owner holds a lock or is one goroutine.
type Map[K comparable, V any] struct {
	limit   int
	ttl     time.Duration
	index   map[K]int32
	slots   []slot[K, V] // a list from oldest to newest; slot 0 is its sentinel
	free    int32        // first of the freed slots, linked through next; 0 is none
	evicted uint64
}

type slot[K comparable, V any] struct {
	key        K
	value      V
	at         time.Time
	prev, next int32
}

// New makes a map for up to limit entries (at least one) that expire after ttl; a ttl of 0 keeps them until they are pushed out.
func New[K comparable, V any](limit int, ttl time.Duration) *Map[K, V] {
	return &Map[K, V]{
		limit: max(limit, 1),
		ttl:   ttl,
		index: make(map[K]int32),
		slots: make([]slot[K, V], 1, 16),
	}
}

// Get gives the value of key as of now. It does not make the entry younger.
func (m *Map[K, V]) Get(key K, now time.Time) (V, bool) {
	if i, ok := m.index[key]; ok && !m.expired(i, now) {
		return m.slots[i].value, true
	}
	var none V
	return none, false
}

// Put sets the value of key and makes it the newest entry. It frees what has expired and, if the map is full, pushes the
// oldest entry out.
func (m *Map[K, V]) Put(key K, value V, now time.Time) {
	i, ok := m.index[key]
	if ok {
		m.unlink(i)
	} else {
		m.Expire(now)
		if len(m.index) >= m.limit {
			m.remove(m.slots[0].next)
			m.evicted++
		}
		i = m.take()
		m.index[key] = i
	}
	s := &m.slots[i]
	s.key, s.value, s.at = key, value, now
	m.link(i)
}

// Touch makes an entry the newest as of now and says whether it was there.
func (m *Map[K, V]) Touch(key K, now time.Time) bool {
	i, ok := m.index[key]
	if !ok || m.expired(i, now) {
		return false
	}
	m.unlink(i)
	m.slots[i].at = now
	m.link(i)
	return true
}

// Delete removes an entry and says whether it was there.
func (m *Map[K, V]) Delete(key K) bool {
	i, ok := m.index[key]
	if ok {
		m.remove(i)
	}
	return ok
}

// Expire frees what is older than the ttl as of now and says how many entries that were.
func (m *Map[K, V]) Expire(now time.Time) int {
	n := 0
	for i := m.slots[0].next; i != 0 && m.expired(i, now); i = m.slots[0].next {
		m.remove(i)
		n++
	}
	return n
}

// All walks the entries from the oldest to the newest, expired ones that are not freed yet included. The entry that is
// being visited may be deleted.
func (m *Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for i := m.slots[0].next; i != 0; {
			next := m.slots[i].next
			if !yield(m.slots[i].key, m.slots[i].value) {
				return
			}
			i = next
		}
	}
}

// Len is how many entries are held, expired ones that are not freed yet included.
func (m *Map[K, V]) Len() int { return len(m.index) }

// Evicted is how many live entries were pushed out because the map was full.
func (m *Map[K, V]) Evicted() uint64 { return m.evicted }

func (m *Map[K, V]) expired(i int32, now time.Time) bool {
	return m.ttl > 0 && now.Sub(m.slots[i].at) > m.ttl
}

func (m *Map[K, V]) take() int32 {
	if i := m.free; i != 0 {
		m.free = m.slots[i].next
		return i
	}
	m.slots = append(m.slots, slot[K, V]{})
	return int32(len(m.slots) - 1) //nolint:gosec // limit bounds the slots far below 2^31
}

func (m *Map[K, V]) link(i int32) {
	last := m.slots[0].prev
	m.slots[i].prev, m.slots[i].next = last, 0
	m.slots[last].next = i
	m.slots[0].prev = i
}

func (m *Map[K, V]) unlink(i int32) {
	s := &m.slots[i]
	m.slots[s.prev].next = s.next
	m.slots[s.next].prev = s.prev
}

func (m *Map[K, V]) remove(i int32) {
	m.unlink(i)
	delete(m.index, m.slots[i].key)
	m.slots[i] = slot[K, V]{next: m.free} // lets go of what key and value point to
	m.free = i
}
