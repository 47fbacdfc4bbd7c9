package llmcost

import (
	"cmp"
	"math/bits"
	"slices"
)

// linkFinder tells whether witnesses of one request could be witnesses of one call, which is rare, and only then orders
// them. It keeps its memory from request to request.
type linkFinder struct {
	seen  map[uint64]int // span hash → index in the request
	order []int
	keys  keySet
}

// keepLinks bounds the memory that an unusually large request leaves behind.
const keepLinks = 1 << 14

// keySet is a set of a request's keys, which are hashes that no sender can choose: a table with at least one empty slot beside each key.
type keySet struct {
	slots []uint64 // 0 is empty; a power of two of them
	mask  uint64
}

// empty makes room for n keys.
func (s *keySet) empty(n int) {
	size := 1 << bits.Len(uint(2*n)) //nolint:gosec // not negative
	if cap(s.slots) < size {
		s.slots = make([]uint64, size)
	}
	s.slots = s.slots[:size]
	clear(s.slots)
	s.mask = uint64(size - 1) //nolint:gosec // at least 1
}

// at is the slot of key, which is not 0, or the empty one where it belongs.
func (s *keySet) at(key uint64) *uint64 {
	for i := key >> 20; ; i++ {
		if slot := &s.slots[i&s.mask]; *slot == key || *slot == 0 {
			return slot
		}
	}
}

// add is false when key was added before. A key of 0 is none.
func (s *keySet) add(key uint64) bool {
	if key == 0 {
		return true
	}
	slot := s.at(key)
	had := *slot == key
	*slot = key
	return !had
}

// shrink lets go of the memory of an unusually large request.
func (s *keySet) shrink() {
	if cap(s.slots) > 4*keepLinks {
		s.slots = nil
	}
}

func (s *keySet) has(key uint64) bool { return key != 0 && *s.at(key) == key }

// linked says whether any two witnesses share a response, are parent and child, or are the same span.
func (l *linkFinder) linked(request []witness) bool {
	if len(request) < 2 {
		return false
	}
	l.keys.empty(2 * len(request))
	defer l.keys.shrink()
	for i := range request {
		if request[i].sum || !l.keys.add(request[i].self) || !l.keys.add(request[i].response) {
			return true
		}
	}
	for i := range request {
		if l.keys.has(request[i].parent) {
			return true
		}
	}
	return l.twins(request)
}

// twins says whether two libraries may report one call.
func (l *linkFinder) twins(request []witness) bool {
	first, others := request[0].twin.library, false
	for i := range request {
		others = others || request[i].twin.library != first
	}
	if !others {
		return false
	}
	l.keys.empty(len(request))
	for i := range request {
		if !l.keys.add(request[i].twin.call) || request[i].mayBeEmpty() {
			return true
		}
	}
	return false
}

// byRank links every witness to its parent witness and gives the order in which they are to be decided: those that know
// more of the bill first, of equals the innermost, then by span id, so that the order within the request does not matter.
func (l *linkFinder) byRank(request []witness) []int {
	if l.seen == nil || len(l.seen) > keepLinks {
		l.seen = make(map[uint64]int, len(request))
	}
	clear(l.seen)
	for i := range request {
		l.seen[request[i].self] = i
	}
	l.order = l.order[:0]
	for i := range request {
		w := &request[i]
		w.up = -1
		if up, ok := l.seen[w.parent]; ok && w.parent != 0 && up != i {
			w.up = up
		}
		l.order = append(l.order, i)
	}
	l.cutOff(request)
	for i := range request {
		request[i].depth = depth(request, i)
	}
	slices.SortFunc(l.order, func(a, b int) int {
		x, y := &request[a], &request[b]
		if x.fetched != y.fetched { // what was asked for comes before
			if y.fetched {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(y.rank, x.rank), cmp.Compare(y.depth, x.depth), cmp.Compare(x.tie, y.tie))
	})
	return l.order
}

// cutOff ranks a report of an answer lower where another of it, of which neither lies in a call, tells more output: what was seen of a stream may
// be its beginning. One that lies in the other is a part of it, or tells its last part.
func (l *linkFinder) cutOff(request []witness) {
	for i := range request {
		w := &request[i]
		if !w.read.unique || w.bare || w.up >= 0 {
			continue
		}
		if j, ok := l.seen[w.response]; !ok || request[j].output < w.output {
			l.seen[w.response] = i
		}
	}
	for i := range request {
		w := &request[i]
		if j, ok := l.seen[w.response]; ok && w.read.unique && w.up < 0 && w.output < request[j].output {
			w.rank -= beginning
		}
	}
}

func depth(request []witness, i int) int {
	n := 0
	for up := request[i].up; up >= 0 && n < maxLinks; up = request[up].up {
		n++
	}
	return n
}
