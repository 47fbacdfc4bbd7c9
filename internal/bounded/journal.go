package bounded

import "time"

// journal holds entries in the order they came. Each has a place, and places are counted up: those from tail to before head are held. It
// takes memory by the chunk, and gives it back so.
type journal[V any] struct {
	chunks     []chunk[V] // a ring of a power of two of them
	tail, head uint64
	spare      *[chunkEntries]hashEntry[V] // of the chunk that was dropped last
}

// chunk is the entries of as many places.
type chunk[V any] struct {
	entries *[chunkEntries]hashEntry[V] // apart, so that they fill a size class
	last    time.Duration               // the latest time of an entry when it came
	again   bool                        // some entry was put again since
}

// hashEntry has its value in the middle: last, one without size would take room.
type hashEntry[V any] struct {
	key   uint64
	value V
	put   instant
}

// instant is when an entry was put last, and whether that was after it came to its place.
type instant int64

func came(at time.Duration) instant  { return instant(at << 1) }
func again(at time.Duration) instant { return instant(at<<1 | 1) }

func (i instant) at() time.Duration { return time.Duration(i >> 1) }
func (i instant) again() bool       { return i&1 != 0 }

const (
	chunkBits    = 8
	chunkEntries = 1 << chunkBits
)

func (j *journal[V]) len() int { return int(j.head - j.tail) } //nolint:gosec // no more than a limit

func (j *journal[V]) chunk(place uint64) *chunk[V] {
	return &j.chunks[place>>chunkBits&uint64(len(j.chunks)-1)] //nolint:gosec // at least one
}

func (j *journal[V]) entry(place uint64) *hashEntry[V] {
	return &j.chunk(place).entries[place%chunkEntries]
}

// add puts an entry last and says where.
func (j *journal[V]) add(key uint64, value V, at time.Duration) (place uint64) {
	place = j.head
	if place%chunkEntries == 0 {
		j.addChunk()
	}
	c := j.chunk(place)
	c.entries[place%chunkEntries] = hashEntry[V]{key, value, came(at)}
	c.last = max(c.last, at)
	j.head++
	return place
}

func (j *journal[V]) addChunk() {
	if held := (j.head - j.tail + chunkEntries - 1) >> chunkBits; held >= uint64(len(j.chunks)) {
		j.widen()
	}
	c := j.chunk(j.head)
	*c = chunk[V]{entries: j.spare}
	if j.spare = nil; c.entries == nil {
		c.entries = new([chunkEntries]hashEntry[V])
	}
}

// widen doubles the ring.
func (j *journal[V]) widen() {
	old := *j
	j.chunks = make([]chunk[V], max(2*len(old.chunks), 1))
	for place := old.tail &^ (chunkEntries - 1); place < old.head; place += chunkEntries {
		*j.chunk(place) = *old.chunk(place)
	}
}

// renew sets the value of the entry at a place and makes it young.
func (j *journal[V]) renew(place uint64, value V, at time.Duration) {
	c := j.chunk(place)
	e := &c.entries[place%chunkEntries]
	e.value, e.put, c.again = value, again(at), true
}

// take takes the oldest entry off.
func (j *journal[V]) take() hashEntry[V] {
	e := *j.entry(j.tail)
	j.leave(j.tail + 1)
	return e
}

// leave forgets the places before tail.
func (j *journal[V]) leave(tail uint64) {
	if c := j.chunk(j.tail); tail>>chunkBits != j.tail>>chunkBits {
		j.spare, c.entries = c.entries, nil
	}
	j.tail = tail
}

// oldest is the chunk that was begun first, and where the next begins; false where that is the one that is being filled.
func (j *journal[V]) oldest() (c *chunk[V], end uint64, full bool) {
	end = j.tail&^(chunkEntries-1) + chunkEntries
	if end > j.head {
		return nil, 0, false
	}
	return j.chunk(j.tail), end, true
}
