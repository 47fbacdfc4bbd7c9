package book

import (
	"encoding/binary"
	"slices"
)

// pack puts the sums of rows into few bytes: most of a book is of hours that nobody writes to any more, and of zeros and small numbers. Rows that
// a store does not have yet stay as they are.
func (b *Book) pack(r *rows) {
	if r.packed != nil || slices.Contains(r.dirty, true) {
		return
	}
	b.packing = b.packing[:0]
	for i := range r.sums {
		b.packing = r.sums[i].Append(b.packing)
	}
	r.packed = append([]byte{}, b.packing...)
	r.sums, r.dirty, r.total, r.after, r.index = nil, nil, nil, nil, nil
}

// unpack makes rows that can be written to.
func (r *rows) unpack() {
	if r.packed == nil {
		return
	}
	n := len(r.keys)
	r.sums, r.dirty, r.total, r.after = make([]Sums, 0, n), make([]bool, n), make([]int32, n), make([]int32, n)
	r.each(func(_ string, sums *Sums) { r.sums = append(r.sums, *sums) })
	r.packed = nil
}

// each visits the rows as they are.
func (r *rows) each(visit func(key string, sums *Sums)) {
	packed := r.packed
	var one Sums
	for i, key := range r.keys {
		sums := &one
		if r.packed == nil {
			sums = &r.sums[i]
		} else {
			packed, _ = one.Cut(packed)
		}
		visit(key, sums)
	}
}

// numbers are the sums in the order in which they are kept.
func (s *Sums) numbers() [5 + TokenTypes]*int64 {
	t := &s.Tokens
	return [...]*int64{&s.NanoUSD, &s.SavedNanoUSD, &s.Calls, &s.Failed, &s.Unpriced, &t[0], &t[1], &t[2], &t[3], &t[4]}
}

// Append appends the sums, each as a signed varint.
func (s *Sums) Append(to []byte) []byte {
	for _, n := range s.numbers() {
		to = binary.AppendVarint(to, *n)
	}
	return to
}

// Cut reads what Append wrote, and says what is behind it; false where it is something else.
func (s *Sums) Cut(from []byte) (rest []byte, ok bool) {
	for _, to := range s.numbers() {
		n, size := binary.Varint(from)
		if size <= 0 {
			return nil, false
		}
		*to, from = n, from[size:]
	}
	return from, true
}
