package bolt

import "github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"

// write says what is to be written for what changed.
func (o *ops) write(c *ledger.Changes, s *segments, now int64) {
	for i := range c.Slots {
		if one := &c.Slots[i]; one.Gone {
			o.del(slotBucket, slotKey(one))
		} else {
			o.put(slotBucket, slotKey(one), slotValue(one))
		}
	}
	for i := range c.Marks {
		if one := &c.Marks[i]; one.Value == nil {
			o.del(markBucket, []byte(one.Key))
		} else {
			o.put(markBucket, []byte(one.Key), markValue(one))
		}
	}
	for i := range c.Entries {
		o.put(outboxBucket, entryKey(c.Entries[i].Number), entryValue(&c.Entries[i]))
	}
	for _, number := range c.Delivered {
		o.del(outboxBucket, entryKey(number))
	}
	for i := range c.Book {
		if one := &c.Book[i]; one.Gone {
			o.del(bookBucket, rowKey(one))
		} else {
			o.put(bookBucket, rowKey(one), rowValue(one))
		}
	}
	s.write(o, c.IDs, now)
}
