package book

import "unique"

// MaxRows is how many rows an hour, a day and the totals have, beside one row for all others.
const MaxRows = 2000

// rows are the rows of one hour or day, or the totals.
type rows struct {
	kind   Kind
	time   int64 // Unix hours or days; 0 for the totals
	keys   []string
	sums   []Sums
	began  []int64 // Unix nanoseconds; totals only
	used   []int64 // Unix days: when something was added last; totals only
	free   []int32 // rows whose names are gone; totals only
	dirty  []bool
	total  []int32          // where the totals had the name last; not of the totals
	after  []int32          // the row that was written after this one last
	index  map[string]int32 // nil where nothing was written for a while: 2,000 rows an hour for 35 days would be mostly index
	last   int32            // the row written last: calls of one sender come together
	packed []byte           // the sums, where there are only these; dirty, total, after and index are missing then
}

// at finds the row of a key, or makes it; a row too many is the overflow row.
func (r *rows) at(key []byte) int32 {
	r.unpack()
	was := r.last
	if int(was) < len(r.keys) {
		if r.keys[was] == string(key) {
			return was
		}
		if i := r.after[was]; r.keys[i] == string(key) {
			r.last = i
			return i
		}
	}
	if r.index == nil {
		r.index = make(map[string]int32, len(r.keys)+1)
		for i, known := range r.keys {
			r.index[known] = int32(i) //nolint:gosec // at most MaxRows
		}
	}
	i, ok := r.index[string(key)]
	if !ok {
		if i, ok = r.index[overflowKey]; !ok || r.room() {
			if !r.room() {
				key = nil
			}
			i = r.append(unique.Make(string(key)).Value())
		}
	}
	if int(was) < len(r.after) {
		r.after[was] = i
	}
	r.last = i
	return i
}

// load is at for who reads rows in the order of their keys, as a store has them: a new one needs no index, and hours that nobody writes to any
// more never get one. The totals always have theirs, by which they know what is still used.
func (r *rows) load(key string) int32 {
	r.unpack()
	n := len(r.keys)
	room := n < MaxRows || n == MaxRows && r.keys[0] == overflowKey
	if r.kind == Total || r.index != nil || !room || n > 0 && r.keys[n-1] >= key {
		return r.at([]byte(key))
	}
	return r.append(key)
}

// room says whether there may be one more row that has a name.
func (r *rows) room() bool {
	named := len(r.keys) - len(r.free)
	if _, ok := r.index[overflowKey]; ok {
		named--
	}
	return named < MaxRows
}

// goneKey is the key of a row whose name is gone; no row is called so.
const goneKey = "\xff"

// forget frees a row.
func (r *rows) forget(i int32) {
	delete(r.index, r.keys[i])
	r.keys[i], r.sums[i], r.began[i] = goneKey, Sums{}, 0
	r.free = append(r.free, i)
}

func (r *rows) append(key string) int32 {
	if last := len(r.free) - 1; last >= 0 {
		i := r.free[last]
		r.free = r.free[:last]
		r.keys[i], r.index[key] = key, i
		return i
	}
	i := int32(len(r.keys)) //nolint:gosec // at most MaxRows
	r.keys = append(r.keys, key)
	r.sums = append(r.sums, Sums{})
	r.dirty, r.after = append(r.dirty, false), append(r.after, 0)
	if r.kind == Total {
		r.began, r.used = append(r.began, 0), append(r.used, 0)
	} else {
		r.total = append(r.total, 0)
	}
	if r.index != nil {
		r.index[key] = i
	}
	return i
}

// usedBy takes from the rows of a day when its names were used.
func (r *rows) usedBy(o *rows, day int64) {
	var next int32 // both are in the order of a store, mostly
	for _, key := range o.keys {
		i, ok := next, int(next) < len(r.keys) && r.keys[next] == key
		if !ok {
			i, ok = r.index[key]
		}
		if ok {
			r.used[i] = max(r.used[i], day)
			next = i + 1
		}
	}
}
