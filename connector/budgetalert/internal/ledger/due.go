package ledger

// due is a slot or a mark that may be dropped.
type due struct {
	series string
	slot   int64
	mark   string
}

// calendar says what is due in which minute, so that nobody looks through a million slots for the few that are old.
type calendar map[int64][]due

func (c calendar) add(expires int64, d due) {
	minute := expires/60 + 1
	c[minute] = append(c[minute], d)
}

// take visits what was due before now, and forgets it.
func (c calendar) take(now int64, visit func(due)) {
	for minute, all := range c {
		if minute*60 > now {
			continue
		}
		delete(c, minute)
		for _, d := range all {
			visit(d)
		}
	}
}
