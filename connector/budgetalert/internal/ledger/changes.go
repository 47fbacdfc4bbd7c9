package ledger

import (
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// Changes are what a store must write, in one transaction, to know what the State knows. Amounts are what they are now, not what was
// added, so that writing them twice does no harm.
type Changes struct {
	Slots     []Slot
	Marks     []Mark
	IDs       []ID
	Entries   []Entry  // new in the outbox
	Delivered []uint64 // numbers of entries that left it
	Book      []book.Change
	Dropped   []int64 // minutes of which the ids that were written until now are dropped; those in IDs came later

	rows   []book.Ref
	before point // where the outbox stood
	point
}

// point is how far the State had come.
type point struct {
	entry                           uint64
	undoSlots, undoMarks, undoBooks int
}

// Slot is a slot of a series.
type Slot struct {
	Series                string
	Slot, Amount, Expires int64
	Gone                  bool
}

// Mark is a mark; gone where it has no value.
type Mark struct {
	Key     string
	Value   []byte
	Expires int64
}

// ID is the id of a call that was counted.
type ID struct {
	Minute int64
	ID     uint64
}

// Entry is an alert of the outbox. Numbers grow.
type Entry struct {
	Number uint64
	Alert
}

// changed is what a store does not know yet.
type changed struct {
	on, undo  bool
	slots     []slotRef
	marks     map[string]struct{}
	ids       []ID
	delivered []uint64
	taken     uint64 // the last entry of the outbox that a store was given
	gone      []due  // dropped because they were old: a store may take its time
	undoSlots []undoSlot
	undoMarks []undoMark
}

type slotRef struct {
	series *series
	at     int64
}

// FewGone is how many old slots and marks are dropped from a store with one commit.
const FewGone = 256

// Track makes the State remember what changes. With undo it can take back what no store has kept.
func (s *State) Track(undo bool) {
	s.changed = changed{on: true, undo: undo, marks: map[string]struct{}{}}
	s.ids.track = true
	s.book.Track(undo)
}

// Changed says whether something must be written before a batch is durable.
func (s *State) Changed() bool {
	c := &s.changed
	return len(c.slots) > 0 || len(c.ids) > 0 || len(c.marks) > 0 || len(c.delivered) > 0 || s.outbox.last > c.taken || s.book.Dirty()
}

// Old says whether something old is to be dropped from a store.
func (s *State) Old() bool { return len(s.changed.gone) > 0 || len(s.ids.minutes) > 0 }

func (s *State) touchSlot(one *series, i int) {
	if s.changed.on && !one.slots[i].dirty {
		one.slots[i].dirty = true
		s.changed.slots = append(s.changed.slots, slotRef{one, one.slots[i].at})
	}
}

func (s *State) touchMark(key string) {
	if s.changed.on {
		s.changed.marks[key] = struct{}{}
	}
}

func (s *State) dropped(d due) {
	if s.changed.on {
		s.changed.gone = append(s.changed.gone, d)
	}
}

// Take takes what changed since it was asked last. The caller says Kept or Again about it before it asks again.
func (s *State) Take() *Changes {
	c := &s.changed
	t := &Changes{before: point{entry: c.taken}}
	s.takeSlots(t)
	s.takeGone(t)
	for key := range c.marks {
		t.Marks = append(t.Marks, s.markNow(key))
	}
	clear(c.marks)
	t.IDs, c.ids = c.ids, make([]ID, 0, min(len(c.ids), 1<<12))
	t.Delivered, c.delivered = c.delivered, nil
	t.Dropped, s.ids.minutes = s.ids.minutes, nil
	for _, e := range s.outbox.entries {
		if e.Number > c.taken {
			t.Entries = append(t.Entries, e)
		}
	}
	c.taken = s.outbox.last
	t.rows = s.book.Changed()
	for _, ref := range t.rows {
		t.Book = append(t.Book, ref.Change())
	}
	t.point = point{c.taken, len(c.undoSlots), len(c.undoMarks), s.book.Added()}
	return t
}

func (s *State) takeSlots(t *Changes) {
	t.Slots = make([]Slot, 0, len(s.changed.slots))
	for _, ref := range s.changed.slots {
		i, ok := ref.series.find(ref.at)
		if !ok || !ref.series.slots[i].dirty {
			continue
		}
		one := &ref.series.slots[i]
		one.dirty = false
		t.Slots = append(t.Slots, Slot{Series: ref.series.name, Slot: one.at, Amount: one.amount, Expires: one.expires})
	}
	s.changed.slots = s.changed.slots[:0]
}

// takeGone takes a few of those that are old, without those that came again.
func (s *State) takeGone(t *Changes) {
	n := min(len(s.changed.gone), FewGone)
	for _, d := range s.changed.gone[:n] {
		if d.mark != "" {
			t.Marks = append(t.Marks, s.markNow(d.mark))
			continue
		}
		if one := s.series[d.series]; one != nil {
			if _, ok := one.find(d.slot); ok {
				continue
			}
		}
		t.Slots = append(t.Slots, Slot{Series: d.series, Slot: d.slot, Gone: true})
	}
	if s.changed.gone = s.changed.gone[n:]; len(s.changed.gone) == 0 {
		s.changed.gone = nil
	}
}

func (s *State) markNow(key string) Mark {
	m := s.marks[key]
	if m == nil {
		return Mark{Key: key}
	}
	return Mark{Key: key, Value: m.value, Expires: m.expires}
}

// Kept says that a store has written what was taken.
func (s *State) Kept(t *Changes) {
	c := &s.changed
	c.undoSlots = slices.Delete(c.undoSlots, 0, t.undoSlots)
	c.undoMarks = slices.Delete(c.undoMarks, 0, t.undoMarks)
	s.book.Kept(t.undoBooks)
	s.durable = t.entry
}

// Again puts back what was taken: it was not written, and must be written later.
func (s *State) Again(t *Changes) {
	c := &s.changed
	for i := range t.Slots {
		one := s.series[t.Slots[i].Series]
		if one == nil || t.Slots[i].Gone {
			s.dropped(due{series: t.Slots[i].Series, slot: t.Slots[i].Slot})
			continue
		}
		if at, ok := one.find(t.Slots[i].Slot); ok {
			s.touchSlot(one, at)
		} else {
			s.dropped(due{series: one.name, slot: t.Slots[i].Slot})
		}
	}
	for i := range t.Marks {
		s.touchMark(t.Marks[i].Key)
	}
	c.ids = append(t.IDs, c.ids...)
	c.delivered = append(t.Delivered, c.delivered...)
	s.ids.minutes = append(t.Dropped, s.ids.minutes...)
	c.taken = t.before.entry
	s.book.Again(t.rows)
	if most := s.ids.max; len(c.ids) > most {
		c.ids = slices.Clone(c.ids[len(c.ids)-most:]) // the older ones are forgotten in memory too
	}
}

// Show lets the outbox give out what is not durable.
func (s *State) Show() { s.durable = s.outbox.last }
