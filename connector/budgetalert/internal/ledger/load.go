package ledger

import "github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"

// Loaded is where a State is filled from a store. What is too old by the clock is put in all the same, and goes with the first sweep: the clock
// may be wrong.
type Loaded struct {
	*State
	Now int64 // Unix seconds
}

// End says that all is put in.
func (l Loaded) End() {
	if l.last > 0 {
		l.clock.begins(l.last, l.Now)
	}
}

// Slot puts a slot in.
func (l Loaded) Slot(slot *Slot) {
	one := l.seriesOf(slot.Series)
	i, _ := one.find(slot.Slot)
	one.insert(i, slot.Slot, slot.Expires)
	one.slots[i].amount = slot.Amount
	if slot.Expires != 0 {
		l.due.add(slot.Expires, due{series: one.name, slot: slot.Slot})
	}
}

// Mark puts a mark in.
func (l Loaded) Mark(m *Mark) {
	l.marks[m.Key] = &mark{value: m.Value, expires: m.Expires}
	if m.Expires != 0 {
		l.due.add(m.Expires, due{mark: m.Key})
	}
}

// IDs puts ids of one minute in that were written then (Unix seconds).
func (l Loaded) IDs(minute, written int64, all func(yield func(uint64) bool)) {
	l.last = max(l.last, written)
	for id := range all {
		if id != 0 {
			l.ids.add(minute, id, written)
		}
	}
}

// Entry puts an alert into the outbox; they come in the order of their numbers.
func (l Loaded) Entry(e *Entry) {
	if _, ok := l.outbox.ids[e.ID]; ok {
		l.changed.delivered = append(l.changed.delivered, e.Number)
		return
	}
	l.outbox.put(*e)
	l.outbox.last = e.Number
	l.changed.taken, l.durable = e.Number, e.Number
}

// Row puts a row of the book in.
func (l Loaded) Row(c *book.Change) {
	l.book.Load(c)
	if c.Kind == book.Hour {
		l.last = max(l.last, min(l.Now, c.Time*3600+3599))
	}
}

// All says that nothing is written, for a store that is made anew.
func (s *State) All() {
	s.changed.ids = s.changed.ids[:0]
	s.changed.gone, s.ids.minutes, s.changed.delivered = nil, nil, nil
	for _, one := range s.series {
		for i := range one.slots {
			s.touchSlot(one, i)
		}
	}
	for key := range s.marks {
		s.touchMark(key)
	}
	for _, b := range s.ids.buckets {
		for _, id := range b.table {
			if id != 0 {
				s.changed.ids = append(s.changed.ids, ID{b.minute, id})
			}
		}
	}
	s.changed.taken = 0
	s.book.All()
}
