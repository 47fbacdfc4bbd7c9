package book

import (
	"iter"
	"slices"
	"time"
)

// How long hours are kept, and the days they are folded to then.
const (
	KeptHours = 35 * 24
	KeptDays  = 400
)

// recentHours is how long an hour keeps its index after it was written.
const recentHours = 2

// Kind is what a row belongs to.
type Kind uint8

// The kinds.
const (
	Hour  Kind = iota + 1 // of UTC
	Day                   // of UTC
	Total                 // since the book began
)

// Book holds the rows. It is for one goroutine at a time.
type Book struct {
	hours, days map[int64]*rows
	totals      rows
	loaded      *rows // of the row that Load put in last
	key         []byte
	packing     []byte
	swept       int64 // the hour in which Sweep did its work last
	aged        int64 // the day in which names were looked at last
	track       bool
	changed     []Ref
	undo        []undo
	undoing     bool
}

// New makes an empty book.
func New() *Book {
	return &Book{hours: map[int64]*rows{}, days: map[int64]*rows{}, totals: rows{kind: Total}}
}

// Add counts a call in the row of its hour and in the totals.
func (b *Book) Add(e *Entry, now time.Time) {
	b.key = AppendKey(b.key[:0], &e.Row)
	hour := b.of(e.Hour, now)
	at := hour.at(b.key)
	b.addAt(hour, at, &e.Sums)
	i := hour.total[at]
	if int(i) >= len(b.totals.keys) || b.totals.keys[i] != string(b.key) {
		i = b.totals.at(b.key)
		hour.total[at] = i
	}
	b.addAt(&b.totals, i, &e.Sums)
	if b.totals.began[i] == 0 {
		b.totals.began[i] = now.UnixNano()
	}
	b.totals.used[i] = max(b.totals.used[i], dayOf(now))
}

// of finds the rows of an hour: those of its day, where the hours of that time are folded already.
func (b *Book) of(hour int64, now time.Time) *rows {
	if folded(hour, now) {
		return b.in(b.days, Day, floorDiv(hour, 24))
	}
	return b.in(b.hours, Hour, hour)
}

func (b *Book) in(all map[int64]*rows, kind Kind, at int64) *rows {
	r := all[at]
	if r == nil {
		r = &rows{kind: kind, time: at}
		all[at] = r
	}
	return r
}

func (b *Book) addAt(r *rows, i int32, sums *Sums) {
	if b.undoing {
		b.undo = append(b.undo, undo{r, i, r.sums[i]})
	}
	r.sums[i].Add(sums)
	b.touch(r, i)
}

func folded(hour int64, now time.Time) bool { return hour < hourOf(now)-KeptHours }

func dayOf(t time.Time) int64 { return floorDiv(t.Unix(), 24*3600) }

func hourOf(t time.Time) int64 { return floorDiv(t.Unix(), 3600) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Sweep folds an old hour into its day, drops days that are too old, and frees what nobody will need soon; now and then: it does a
// little each time.
func (b *Book) Sweep(now time.Time) {
	hour := hourOf(now)
	var oldest *rows
	for at, r := range b.hours {
		if folded(at, now) && (oldest == nil || at < oldest.time) {
			oldest = r
		}
		if at < hour-recentHours && b.swept != hour {
			b.pack(r)
		}
	}
	if oldest != nil {
		b.fold(oldest)
	}
	for at, r := range b.days {
		if b.swept != hour {
			b.pack(r)
		}
		if at < floorDiv(hour, 24)-KeptDays {
			b.drop(b.days, r)
			break
		}
	}
	b.swept = hour
	if day := dayOf(now); b.aged < day {
		b.age(day)
	}
}

// age drops, once a day, the totals of names that no row of an hour or a day has any more.
func (b *Book) age(day int64) {
	t := &b.totals
	if b.aged == 0 { // what was loaded says by its rows when it was used
		for at, r := range b.days {
			t.usedBy(r, at)
		}
		for at, r := range b.hours {
			t.usedBy(r, floorDiv(at, 24))
		}
	}
	b.aged = day
	for i, key := range t.keys {
		if key != goneKey && key != overflowKey && !t.dirty[i] && t.used[i] < day-KeptDays {
			if b.track {
				b.changed = append(b.changed, Ref{t, int32(i), true, key}) //nolint:gosec // at most MaxRows
			}
			t.forget(int32(i)) //nolint:gosec // the same
		}
	}
}

// fold moves an hour into its day: one step, so that money is never in both.
func (b *Book) fold(hour *rows) {
	day := b.in(b.days, Day, floorDiv(hour.time, 24))
	undoing := b.undoing
	b.undoing = false
	hour.each(func(key string, sums *Sums) { b.addAt(day, day.at([]byte(key)), sums) })
	b.undoing = undoing
	b.drop(b.hours, hour)
}

func (b *Book) drop(all map[int64]*rows, r *rows) {
	delete(all, r.time)
	if !b.track {
		return
	}
	for i := range r.keys {
		b.changed = append(b.changed, Ref{r, int32(i), true, r.keys[i]}) //nolint:gosec // at most MaxRows
	}
}

// Visit visits the rows of the hours from <= hour < to, in the order of time; a day counts as its first hour. What it gives is its own.
func (b *Book) Visit(from, to int64, visit func(hour int64, row *Row, sums *Sums)) {
	var row Row
	each := func(hour int64, r *rows) {
		r.each(func(key string, sums *Sums) {
			if ParseKey(key, &row) {
				visit(hour, &row, sums)
			}
		})
	}
	for at, r := range within(b.days, -floorDiv(-from, 24), -floorDiv(-to, 24)) {
		each(at*24, r)
	}
	for at, r := range within(b.hours, from, to) {
		each(at, r)
	}
}

func within(all map[int64]*rows, from, to int64) iter.Seq2[int64, *rows] {
	return func(yield func(int64, *rows) bool) {
		var found []int64
		for at := range all {
			if from <= at && at < to {
				found = append(found, at)
			}
		}
		slices.Sort(found)
		for _, at := range found {
			if !yield(at, all[at]) {
				return
			}
		}
	}
}

// Totals visits the totals of each row since it came up. They only grow. What it gives is its own.
func (b *Book) Totals(visit func(row *Row, sums *Sums, began time.Time)) {
	var row Row
	for i, key := range b.totals.keys {
		if ParseKey(key, &row) {
			visit(&row, &b.totals.sums[i], time.Unix(0, b.totals.began[i]).UTC())
		}
	}
}
