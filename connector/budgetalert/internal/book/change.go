package book

import "slices"

// Ref is a row that changed.
type Ref struct {
	rows *rows
	i    int32
	gone bool
	key  string // of a row that is gone: another one may have its place
}

// Change is a row as a store keeps it: its key in the store is Kind, Time and Key.
type Change struct {
	Kind  Kind
	Time  int64 // Unix hours or days
	Key   string
	Sums  Sums
	Began int64 // Unix nanoseconds; totals only
	Gone  bool
}

type undo struct {
	rows *rows
	i    int32
	old  Sums
}

// Track makes the book remember what changes. With undo it can take back what was added.
func (b *Book) Track(undo bool) { b.track, b.undoing = true, undo }

func (b *Book) touch(r *rows, i int32) {
	if b.track && !r.dirty[i] {
		r.dirty[i] = true
		b.changed = append(b.changed, Ref{rows: r, i: i})
	}
}

// Dirty says whether something changed.
func (b *Book) Dirty() bool { return len(b.changed) > 0 }

// Changed takes what changed since it was asked last.
func (b *Book) Changed() []Ref {
	changed := b.changed
	b.changed = nil
	for _, ref := range changed {
		if !ref.gone {
			ref.rows.dirty[ref.i] = false
		}
	}
	return changed
}

// Again puts back what Changed took: it was not written.
func (b *Book) Again(changed []Ref) {
	later := b.changed
	b.changed = changed[:0:len(changed)]
	for _, ref := range changed {
		if ref.gone {
			b.changed = append(b.changed, ref)
		} else if ref.rows.unpack(); !ref.rows.dirty[ref.i] {
			ref.rows.dirty[ref.i] = true
			b.changed = append(b.changed, ref)
		}
	}
	b.changed = append(b.changed, later...)
}

// Change says what a row is now.
func (r Ref) Change() Change {
	c := Change{Kind: r.rows.kind, Time: r.rows.time, Key: r.key, Gone: r.gone}
	if !r.gone {
		c.Key = r.rows.keys[r.i]
		c.Sums = r.rows.sums[r.i]
		if c.Kind == Total {
			c.Began = r.rows.began[r.i]
		}
	}
	return c
}

// Load puts a row in as it was kept.
func (b *Book) Load(c *Change) {
	var r *rows
	switch c.Kind {
	case Hour:
		r = b.in(b.hours, Hour, c.Time)
	case Day:
		r = b.in(b.days, Day, c.Time)
	case Total:
		r = &b.totals
	default:
		return
	}
	if b.loaded != r {
		b.loads(r)
	}
	i := r.load(c.Key)
	r.sums[i].Add(&c.Sums)
	if c.Kind == Total {
		r.began[i] = c.Began
	}
}

// loads packs the rows that were read last: a store has all of an hour together. What they no longer need is for the next ones.
func (b *Book) loads(next *rows) {
	if last := b.loaded; last != nil && last.kind != Total {
		was := *last
		b.pack(last)
		if last.packed != nil && len(next.keys) == 0 {
			last.keys = slices.Clone(was.keys)
			next.keys, next.sums, next.dirty, next.total, next.after = was.keys[:0], was.sums[:0], was.dirty[:0], was.total[:0], was.after[:0]
		}
	}
	b.loaded = next
}

// All says that everything changed: for a store that is written anew.
func (b *Book) All() {
	for _, r := range b.hours {
		b.touchAll(r)
	}
	for _, r := range b.days {
		b.touchAll(r)
	}
	b.touchAll(&b.totals)
}

func (b *Book) touchAll(r *rows) {
	r.unpack()
	for i, key := range r.keys {
		if key != goneKey {
			b.touch(r, int32(i)) //nolint:gosec // at most MaxRows
		}
	}
}

// Added is how much could be taken back now.
func (b *Book) Added() int { return len(b.undo) }

// Kept says that of what could be taken back the first n stay.
func (b *Book) Kept(n int) { b.undo = slices.Delete(b.undo, 0, n) }

// Undo takes back what was added and not said to be kept. The rows stay, with what they held before.
func (b *Book) Undo() {
	for i := len(b.undo) - 1; i >= 0; i-- {
		u := &b.undo[i]
		u.rows.unpack()
		u.rows.sums[u.i] = u.old
		b.touch(u.rows, u.i)
	}
	b.undo = b.undo[:0]
}
