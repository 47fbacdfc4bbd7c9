package bolt

import (
	"errors"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// held is the sequence of the meta bucket, which bbolt keeps and nothing else here uses, while a log stands beside the file. A kill leaves both, so
// a file that is held and has no log, or an empty one, may lack what was recorded last. Older versions do not look at it.
const held = 0x6c6f_6720_6865_6c64

var errSame = errors.New("it says so already")

// wasHeld says whether the process that had the file before did not end by itself.
func (f *file) wasHeld() (was bool) {
	_ = boltfile.Guard(func() error {
		return f.db.View(func(tx *bbolt.Tx) error {
			was = tx.Bucket([]byte(metaBucket)).Sequence() == held
			return nil
		})
	})
	return was
}

// hold says in the file that a log stands beside it now, or that none does: held or 0.
func (s *store) hold(as uint64) error {
	if s.db == nil {
		return nil
	}
	err := s.updateOrLose(func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(metaBucket))
		if meta.Sequence() == as {
			return errSame
		}
		return meta.SetSequence(as)
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}
