package ledger

import "bytes"

type mark struct {
	value   []byte
	expires int64 // Unix seconds; 0: never
}

// mark is the value of a mark that is set and not expired.
func (s *State) mark(key string) []byte {
	m := s.marks[clip(key)]
	if m == nil || m.expired(s.now) {
		return nil
	}
	return m.value
}

func (m *mark) expired(now int64) bool { return m.expires != 0 && m.expires <= now }

// set sets or releases a mark; false where nothing was done because it is set.
func (s *State) set(c *Change) bool {
	key := clip(c.Key)
	old := s.marks[key]
	if old != nil && old.expired(s.now) {
		old = nil
	}
	if s.changed.undo {
		s.changed.undoMarks = append(s.changed.undoMarks, undoMark{key, s.marks[key]})
	}
	switch {
	case c.IfAbsent && old != nil:
		return false
	case c.Value == nil:
		if s.marks[key] != nil {
			delete(s.marks, key)
			s.touchMark(key)
		}
	case old == nil || old.expires != c.Expires || !bytes.Equal(old.value, c.Value):
		s.marks[key] = &mark{value: bytes.Clone(c.Value), expires: c.Expires}
		if c.Expires != 0 {
			s.due.add(c.Expires, due{mark: key})
		}
		s.touchMark(key)
	}
	return true
}
