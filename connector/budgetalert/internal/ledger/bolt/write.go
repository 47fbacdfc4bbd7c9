package bolt

import (
	"errors"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// write writes what changed.
func write(tx *bbolt.Tx, c *ledger.Changes, s *segments, now int64) error {
	return errors.Join(writeSlots(tx, c), writeMarks(tx, c), writeOutbox(tx, c), writeBook(tx, c), s.write(tx, c.IDs, now))
}

func put(b *bbolt.Bucket, bucket string, key, value []byte) error {
	return b.Put(key, seal(bucket, key, value))
}

func writeSlots(tx *bbolt.Tx, c *ledger.Changes) (err error) {
	b := tx.Bucket([]byte(slotBucket))
	for i := range c.Slots {
		s := &c.Slots[i]
		if s.Gone {
			err = errors.Join(err, b.Delete(slotKey(s)))
		} else {
			err = errors.Join(err, put(b, slotBucket, slotKey(s), slotValue(s)))
		}
	}
	return err
}

func writeMarks(tx *bbolt.Tx, c *ledger.Changes) (err error) {
	b := tx.Bucket([]byte(markBucket))
	for i := range c.Marks {
		m := &c.Marks[i]
		if m.Value == nil {
			err = errors.Join(err, b.Delete([]byte(m.Key)))
		} else {
			err = errors.Join(err, put(b, markBucket, []byte(m.Key), markValue(m)))
		}
	}
	return err
}

func writeOutbox(tx *bbolt.Tx, c *ledger.Changes) (err error) {
	b := tx.Bucket([]byte(outboxBucket))
	for i := range c.Entries {
		err = errors.Join(err, put(b, outboxBucket, entryKey(c.Entries[i].Number), entryValue(&c.Entries[i])))
	}
	for _, number := range c.Delivered {
		err = errors.Join(err, b.Delete(entryKey(number)))
	}
	return err
}

func writeBook(tx *bbolt.Tx, c *ledger.Changes) (err error) {
	b := tx.Bucket([]byte(bookBucket))
	for i := range c.Book {
		row := &c.Book[i]
		if row.Gone {
			err = errors.Join(err, b.Delete(rowKey(row)))
		} else {
			err = errors.Join(err, put(b, bookBucket, rowKey(row), rowValue(row)))
		}
	}
	return err
}
