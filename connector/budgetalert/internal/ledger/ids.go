package ledger

import (
	"cmp"
	"slices"
	"time"
)

// bucket is the ids of the calls that ended in one minute: an open-addressing table, because ids are hashes already and 0 is none. A
// map of Go would take twice the memory for five million of them.
type bucket struct {
	minute  int64
	written int64 // Unix seconds: the last write
	n       int
	table   []uint64 // its length is a power of two; at most three quarters are in use
}

const smallestTable = 16

// add remembers an id; false where it is known.
func (b *bucket) add(id uint64) bool {
	if 4*(b.n+1) > 3*len(b.table) {
		b.grow()
	}
	i := b.find(id)
	if b.table[i] == id {
		return false
	}
	b.table[i] = id
	b.n++
	return true
}

// place is where the search for an id begins.
func (b *bucket) place(id uint64) int { return int(id>>32^id) & (len(b.table) - 1) } //nolint:gosec // any bits will do

// find is where an id is, or would be.
func (b *bucket) find(id uint64) int {
	mask := len(b.table) - 1
	i := b.place(id)
	for b.table[i] != id && b.table[i] != 0 {
		i = (i + 1) & mask
	}
	return i
}

func (b *bucket) grow() {
	old := b.table
	b.table = make([]uint64, max(smallestTable, 2*len(old)))
	for _, id := range old {
		if id != 0 {
			b.table[b.find(id)] = id
		}
	}
}

// remove forgets an id. What stands behind it in the table moves up, so that no search ends before its time.
func (b *bucket) remove(id uint64) {
	if len(b.table) == 0 {
		return
	}
	i := b.find(id)
	if b.table[i] != id {
		return
	}
	b.n--
	mask := len(b.table) - 1
	b.table[i] = 0
	for j := (i + 1) & mask; b.table[j] != 0; j = (j + 1) & mask {
		moved := b.table[j]
		b.table[j] = 0
		b.table[b.find(moved)] = moved
	}
}

// ids are the calls that were counted. A bucket expires a while after its last write, so that a call that is sent again is known for
// that long, however late it came first.
type ids struct {
	buckets map[int64]*bucket
	last    *bucket // calls of one minute come together
	n, max  int
	window  int64 // seconds
	evicted int64
	// gone is the last write of the youngest bucket that was evicted: what was counted until then may be forgotten.
	gone int64
	// minutes are the buckets that were dropped; only where somebody asks for them.
	minutes []int64
	track   bool
	read    uint64 // so that reach is not for nothing
}

func newIDs(most int, window time.Duration) ids {
	return ids{buckets: map[int64]*bucket{}, max: most, window: int64(window / time.Second)}
}

// reach has the places of ids read that are about to be added. A place in a large table is not in the cache: read one after the other, each
// waits for memory; here, where nothing rests on what is read, they wait together.
func (s *ids) reach(calls []Call) {
	var read uint64
	for i := range calls {
		if b := s.last; b != nil && b.minute == calls[i].Minute && len(b.table) > 0 {
			read ^= b.table[b.place(calls[i].ID)]
		}
	}
	s.read = read
}

func (s *ids) add(minute int64, id uint64, now int64) bool {
	b := s.last
	if b == nil || b.minute != minute {
		if b = s.buckets[minute]; b == nil {
			b = &bucket{minute: minute}
			s.buckets[minute] = b
		}
		s.last = b
	}
	if !b.add(id) {
		return false
	}
	b.written = max(b.written, now)
	if s.n++; s.n > s.max {
		s.evict()
	}
	return true
}

// remove takes back an id.
func (s *ids) remove(minute int64, id uint64) {
	if b := s.buckets[minute]; b != nil {
		before := b.n
		b.remove(id)
		s.n -= before - b.n
	}
}

// evict forgets the buckets written longest ago until a sixteenth is free: a look at all buckets is not needed for every call then.
func (s *ids) evict() {
	for _, b := range s.oldestFirst() {
		if s.n <= s.max-s.max/16 {
			return
		}
		s.evicted += int64(b.n)
		s.gone = max(s.gone, b.written)
		s.drop(b)
	}
}

func (s *ids) oldestFirst() []*bucket {
	all := make([]*bucket, 0, len(s.buckets))
	for _, b := range s.buckets {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b *bucket) int {
		return cmp.Or(cmp.Compare(a.written, b.written), cmp.Compare(a.minute, b.minute))
	})
	return all
}

func (s *ids) drop(b *bucket) {
	delete(s.buckets, b.minute)
	s.n -= b.n
	if s.track {
		s.minutes = append(s.minutes, b.minute)
	}
	if s.last == b {
		s.last = nil
	}
}

func (s *ids) expire(now int64) {
	for _, b := range s.buckets {
		if now-b.written > s.window {
			s.drop(b)
		}
	}
}

// horizon is how far back every call is still known.
func (s *ids) horizon(now int64) time.Duration {
	seconds := s.window
	if s.evicted > 0 {
		seconds = min(seconds, max(0, now-s.gone))
	}
	return time.Duration(seconds) * time.Second
}
