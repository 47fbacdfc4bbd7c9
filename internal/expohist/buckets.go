package expohist

import (
	"iter"
	"math"
	"math/bits"
	"slices"
)

const (
	pageBits = 3
	pageSize = 1 << pageBits
)

// buckets holds the counts of one sign, sparse: pages of eight neighbours, sorted. A page is one cache line and its key; the
// pages hold no pointers, so the garbage collector never walks them.
type buckets struct {
	keys  []int32 // bucket number >> pageBits, ascending
	pages [][pageSize]uint64
}

// add counts n in bucket index and says whether that took a new page.
func (b *buckets) add(index int32, n uint64) bool {
	key := index >> pageBits
	at, found := b.find(key)
	if !found {
		b.keys = slices.Insert(b.keys, at, key)
		b.pages = slices.Insert(b.pages, at, [pageSize]uint64{})
	}
	c := &b.pages[at][index&(pageSize-1)]
	*c = saturate(*c, n)
	return !found
}

// find gives the place of a page, or where it belongs. Keys are distinct, so a page lies no further from either end than its key
// does; where no page is missing on one side of it, which is the common case, that is the place.
func (b *buckets) find(key int32) (int, bool) {
	last := len(b.keys) - 1
	if last < 0 || key < b.keys[0] {
		return 0, false
	}
	low, high := max(0, last-int(b.keys[last]-key)), min(last, int(key-b.keys[0]))
	switch {
	case key > b.keys[last]:
		return last + 1, false
	case b.keys[low] == key:
		return low, true
	case b.keys[high] == key:
		return high, true
	}
	at, found := slices.BinarySearch(b.keys[low:high+1], key)
	return low + at, found
}

func (b *buckets) get(index int32) uint64 {
	if at, ok := b.find(index >> pageBits); ok {
		return b.pages[at][index&(pageSize-1)]
	}
	return 0
}

// all walks the buckets that are not empty, ascending.
func (b *buckets) all() iter.Seq2[int32, uint64] {
	return func(yield func(int32, uint64) bool) {
		for p, key := range b.keys {
			for i, n := range b.pages[p] {
				if n > 0 && !yield(key<<pageBits+int32(i), n) { // i < 8
					return
				}
			}
		}
	}
}

// backward walks the buckets that are not empty, descending.
func (b *buckets) backward() iter.Seq2[int32, uint64] {
	return func(yield func(int32, uint64) bool) {
		for p := len(b.keys) - 1; p >= 0; p-- {
			for i := pageSize - 1; i >= 0; i-- {
				if n := b.pages[p][i]; n > 0 && !yield(b.keys[p]<<pageBits+int32(i), n) { // i < 8
					return
				}
			}
		}
	}
}

// merge adds other, whose bucket numbers are shifted right first.
func (b *buckets) merge(other *buckets, shift int) {
	if shift > 0 {
		for i, n := range other.all() {
			b.add(i>>shift, n)
		}
		return
	}
	at := 0
	for p, key := range other.keys {
		for at < len(b.keys) && b.keys[at] < key {
			at++
		}
		if at == len(b.keys) || b.keys[at] != key {
			b.keys = slices.Insert(b.keys, at, key)
			b.pages = slices.Insert(b.pages, at, other.pages[p])
			continue
		}
		page := &b.pages[at]
		for i, n := range &other.pages[p] {
			page[i] = saturate(page[i], n)
		}
	}
}

// shrink halves the resolution shift times.
func (b *buckets) shrink(shift int) {
	if shift <= 0 || len(b.keys) == 0 {
		return
	}
	var coarse buckets
	coarse.merge(b, shift)
	*b = coarse
}

func (b *buckets) bytes() int { return cap(b.keys)*4 + cap(b.pages)*8*pageSize }

func (b *buckets) reset() { b.keys, b.pages = b.keys[:0], b.pages[:0] }

func (b *buckets) clone() buckets {
	return buckets{keys: slices.Clone(b.keys), pages: slices.Clone(b.pages)}
}

func saturate(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return math.MaxUint64
	}
	return sum
}
