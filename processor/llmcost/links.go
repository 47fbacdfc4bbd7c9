package llmcost

import (
	"cmp"
	"slices"
)

// linkFinder tells whether witnesses of one request could be witnesses of one call, which is rare, and only then orders
// them. It keeps its memory from request to request.
type linkFinder struct {
	seen  map[uint64]int // span hash → index in the request
	order []int
}

// keepLinks bounds the memory that an unusually large request leaves behind.
const keepLinks = 1 << 14

// linked says whether any two witnesses share a response, are parent and child, or are the same span.
func (l *linkFinder) linked(request []witness) bool {
	if len(request) < 2 {
		return false
	}
	if l.seen == nil || len(l.seen) > keepLinks {
		l.seen = make(map[uint64]int, len(request))
	}
	clear(l.seen)
	for i := range request {
		if !l.add(request[i].self, i) || !l.add(request[i].response, i) {
			return true
		}
	}
	for i := range request {
		if _, ok := l.seen[request[i].parent]; ok && request[i].parent != 0 {
			return true
		}
	}
	return false
}

// add is false when key was added before. A key of 0 is none.
func (l *linkFinder) add(key uint64, i int) bool {
	if key == 0 {
		return true
	}
	if _, ok := l.seen[key]; ok {
		return false
	}
	l.seen[key] = i
	return true
}

// byRank links every witness to its parent witness and gives the order in which they are to be decided: those that know
// more of the bill first, of equals the innermost, then by span id, so that the order within the request does not matter.
func (l *linkFinder) byRank(request []witness) []int {
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
	for i := range request {
		request[i].depth = depth(request, i)
	}
	slices.SortFunc(l.order, func(a, b int) int {
		x, y := &request[a], &request[b]
		return cmp.Or(cmp.Compare(y.rank, x.rank), cmp.Compare(y.depth, x.depth), cmp.Compare(x.tie, y.tie))
	})
	return l.order
}

func depth(request []witness, i int) int {
	n := 0
	for up := request[i].up; up >= 0 && n < maxLinks; up = request[up].up {
		n++
	}
	return n
}
