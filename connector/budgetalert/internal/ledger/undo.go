package ledger

// undoSlot is a slot as it was.
type undoSlot struct {
	slotRef
	amount, expires int64
	made            bool
}

// undoMark is a mark as it was.
type undoMark struct {
	key string
	old *mark
}

// Undo takes back all that was recorded and not kept. What was taken for a store must have been put back with Again.
func (s *State) Undo() {
	c := &s.changed
	for i := len(c.undoSlots) - 1; i >= 0; i-- {
		s.undoSlot(&c.undoSlots[i])
	}
	for i := len(c.undoMarks) - 1; i >= 0; i-- {
		u := &c.undoMarks[i]
		if u.old == nil {
			delete(s.marks, u.key)
		} else {
			s.marks[u.key] = u.old
		}
		s.touchMark(u.key)
	}
	for _, id := range c.ids {
		s.ids.remove(id.Minute, id.ID)
	}
	var alerts []string
	for _, e := range s.outbox.entries {
		if e.Number > s.durable {
			alerts = append(alerts, e.ID)
		}
	}
	s.outbox.remove(alerts)
	c.taken = s.outbox.last
	c.undoSlots, c.undoMarks, c.ids = nil, nil, nil
	s.book.Undo()
}

func (s *State) undoSlot(u *undoSlot) {
	i, ok := u.series.find(u.at)
	if !ok {
		return
	}
	u.series.slots[i].amount, u.series.slots[i].expires = u.amount, u.expires
	u.series.sums = [2]sum{}
	if u.made {
		u.series.remove(i)
		if len(u.series.slots) == 0 && s.series[u.series.name] == u.series {
			delete(s.series, u.series.name)
		}
		return
	}
	s.touchSlot(u.series, i)
}
