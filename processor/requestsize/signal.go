package requestsize

// levelBytes is the most that a message takes around its content: a tag and a length.
const levelBytes = 6

// signal is what differs between traces, metrics and logs.
type signal[T any] struct {
	item    string // what a request is made of
	size    func(T) int
	count   func(T) int
	hollow  func(T) bool      // has a resource, scope or metric without items
	inspect func(T, *ruler)   // measures every item
	without func(T, *ruler) T // a copy with only what the ruler takes, and nothing hollow
}

// ruler measures items against the largest request. An item is as large as the request that has nothing else, so what is around it,
// resource and scope, counts with it.
type ruler struct {
	max   int
	found finding
}

type finding struct {
	items, refused int
	largest        int // of the refused
}

// takes says whether an item fits that takes size, inside what takes around, and counts it.
func (r *ruler) takes(size, around int) bool {
	r.found.items++
	if need := size + levelBytes + around; need > r.max {
		r.found.refused++
		r.found.largest = max(r.found.largest, need)
		return false
	}
	return true
}

// sift gives data back, or a copy without the items that are too large. Most requests are no larger than the limit as a whole, and
// need no second look. What is hollow is left out too: the exporters count it as part of a request, and may find no room for an item
// behind it that fits otherwise, which they take for one that is too large.
func (s signal[T]) sift(data T, limit int) (T, finding) {
	if limit == 0 {
		return data, finding{}
	}
	r := ruler{max: limit}
	if s.size(data) > limit {
		s.inspect(data, &r)
	}
	if r.found.refused == 0 && !s.hollow(data) {
		return data, r.found
	}
	again := ruler{max: limit}
	return s.without(data, &again), r.found
}
