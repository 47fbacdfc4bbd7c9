package alertnotify

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// lockWait is how long another process may hold the file: the one before this that has not ended yet.
const lockWait = 10 * time.Second

var rowsBucket = []byte("rows")

// boltStore is a store in a file of its own: one transaction per save, on disk when it returns. A file that is damaged is moved aside,
// since bbolt panics in it sooner or later.
type boltStore struct {
	path string
	wait time.Duration // for the lock; lockWait when 0
	db   *bbolt.DB     // nil while it cannot be opened
}

// open makes directory and file where they are missing.
func (s *boltStore) open() error {
	if s.db != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	db, err := boltfile.Open(s.path, cmp.Or(s.wait, lockWait))
	if err == nil {
		err = boltfile.Guard(func() error {
			return db.Update(func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucketIfNotExists(rowsBucket)
				return err
			})
		})
		if err != nil && !boltfile.IsDamage(err) {
			err = errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	s.db = db
	return nil
}

// load opens the file and reads all of it; a damaged one is replaced by an empty one.
func (s *boltStore) load(_ context.Context, visit func(slot uint32, body []byte)) (lost string, err error) {
	rows := map[uint32][]byte{}
	if boltfile.Emptied(s.path) {
		lost = s.path + " was empty"
	}
	err = s.open()
	if err == nil {
		err = boltfile.Guard(func() error { return s.db.View(func(tx *bbolt.Tx) error { return readRows(tx, rows) }) })
	}
	if boltfile.IsDamage(err) {
		var moved string
		if moved, err = s.replace(); err != nil {
			return "", err
		}
		lost = "it was moved to " + moved
		clear(rows)
	}
	if err != nil {
		return "", err
	}
	for slot, body := range rows {
		visit(slot, body)
	}
	return lost, nil
}

func readRows(tx *bbolt.Tx, rows map[uint32][]byte) error {
	return tx.Bucket(rowsBucket).ForEach(func(k, v []byte) error {
		if len(k) == 4 {
			rows[binary.BigEndian.Uint32(k)] = append([]byte(nil), v...)
		}
		return nil
	})
}

func (s *boltStore) save(_ context.Context, changes map[uint32][]byte) error {
	err := s.open()
	if err == nil {
		err = boltfile.Guard(func() error {
			return s.db.Update(func(tx *bbolt.Tx) error { return writeRows(tx.Bucket(rowsBucket), changes) })
		})
	}
	if !boltfile.IsDamage(err) {
		return err
	}
	moved, err := s.replace()
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: it was moved to %s", errDamaged, moved)
}

func writeRows(rows *bbolt.Bucket, changes map[uint32][]byte) error {
	for slot, body := range changes {
		var err error
		if body == nil {
			err = rows.Delete(slotBytes(slot))
		} else {
			err = rows.Put(slotBytes(slot), body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replace moves a damaged file aside and opens an empty one.
func (s *boltStore) replace() (moved string, err error) {
	s.db = nil
	if moved, err = boltfile.MoveAside(s.path, time.Now()); err != nil {
		return "", err
	}
	return moved, s.open()
}

func (s *boltStore) close(context.Context) error {
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db = nil
	return boltfile.Guard(db.Close)
}
