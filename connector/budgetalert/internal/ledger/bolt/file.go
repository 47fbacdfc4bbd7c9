package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

// fileName is the ledger in its directory.
const fileName = "ledger.db"

var errOther = errors.New("there is another file now: restart to read it")

// file is the file and how it is opened. What bbolt maps may fault, and what it reads may make it panic, so all of it runs guarded.
type file struct {
	path     string
	patience time.Duration // for the lock
	db       *bbolt.DB     // nil while there is none
	txid     uint64        // of what was read
	log      commitLog
	pending  ops // what the log has and the file has not
}

func (f *file) options() *bbolt.Options {
	return &bbolt.Options{Timeout: max(f.patience, 100*time.Millisecond), FreelistType: bbolt.FreelistMapType, NoStatistics: true}
}

// open reads the file and opens it. Nothing is created.
func (f *file) open(readOnly bool, load *loader) (h boltfile.Header, err error) {
	options := f.options()
	options.ReadOnly = readOnly
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		opened, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		if err != nil {
			return nil, err
		}
		if err = boltfile.Lock(opened, !readOnly, f.patience); err == nil {
			h, err = f.readAll(opened, load)
		}
		if err != nil {
			return nil, errors.Join(err, opened.Close())
		}
		return opened, nil
	}
	err = boltfile.Guard(func() (err error) {
		f.db, err = bbolt.Open(f.path, 0o600, options)
		return err
	})
	if err != nil {
		f.db = nil
		if errors.Is(err, boltfile.ErrBroken) {
			err = fmt.Errorf("%w: %w", boltfile.ErrDamaged, err)
		}
		return h, err
	}
	f.txid = h.TxID
	f.log.seed, f.log.last, f.pending = load.seed, load.log.last, load.log.ops
	if readOnly {
		return h, nil
	}
	err = f.log.begin()
	if err == nil && len(f.pending) == 0 {
		err = f.log.clear()
	}
	if err != nil {
		return h, errors.Join(err, f.close())
	}
	return h, nil
}

func (f *file) readAll(opened *os.File, load *loader) (h boltfile.Header, err error) {
	info, err := opened.Stat()
	if err != nil {
		return h, err
	}
	if info.IsDir() {
		return h, errors.New("it is a directory")
	}
	log, err := logOf(f.log.path)
	if err != nil {
		return h, err
	}
	load.noLog = len(log) == 0
	if len(log) > 0 {
		var which loader // where the file ends and the log begins must be known before anything is read
		if err = boltfile.ReadBucket(opened, info.Size(), metaBucket, which.value); err != nil {
			return h, err
		}
		if err := load.follow(readLog(log, which.seed, which.logged)); err != nil {
			return h, err
		}
	}
	if h, err = boltfile.Read(opened, info.Size(), load.value); err != nil {
		return h, err
	}
	return h, load.end()
}

// create makes a file with what fill writes. It appears whole or not at all, and never in the place of another one unless it replaces it.
func (f *file) create(seed genai.Seed, replace bool, fill func(*bbolt.Tx) error) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	if _, err := os.Lstat(f.path); err == nil && !replace {
		return errOther
	}
	temporary := fmt.Sprintf(temporaryName, f.path, os.Getpid())
	err := boltfile.Guard(func() error { return f.fill(temporary, seed, fill) })
	if err == nil {
		err = f.place(temporary, replace)
	}
	if err == nil {
		f.log.last++
		if !replace {
			_ = os.Remove(f.log.path) // of a file that is gone
		}
	}
	_ = os.Remove(temporary)
	return err
}

func (f *file) fill(temporary string, seed genai.Seed, fill func(*bbolt.Tx) error) error {
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	db, err := bbolt.Open(temporary, 0o600, f.options())
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		f.txid = uint64(tx.ID()) //nolint:gosec // it counts from 0
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(metaBucket))
		if err := meta.Put(seedKey, seal(metaBucket, seedKey, append([]byte{}, seed[:]...))); err != nil {
			return err
		}
		// No record that is in the log now may follow this.
		return errors.Join(fill(tx), logged(tx, f.log.last+1))
	})
	if err == nil { // the other header is of the empty file that bbolt began with
		err = db.Update(func(tx *bbolt.Tx) error {
			f.txid = uint64(tx.ID()) //nolint:gosec // it counts from 0
			return logged(tx, f.log.last+1)
		})
	}
	return errors.Join(err, db.Close())
}

// logged says in the file that it has all records up to one.
func logged(tx *bbolt.Tx, last uint64) error {
	meta := tx.Bucket([]byte(metaBucket))
	return errors.Join(
		meta.Put(formatKey, seal(metaBucket, formatKey, []byte{0, 0, 0, formatVersion})),
		meta.Put(loggedKey, seal(metaBucket, loggedKey, binary.BigEndian.AppendUint64(nil, last))),
	)
}

// temporaryName is a file that is being made by a process.
const temporaryName = "%s.%d.new"

// sweepAway removes what processes left that were killed while they made a file. Who has the ledger open may do that.
func (f *file) sweepAway() {
	left, err := filepath.Glob(f.path + ".[0-9]*.new")
	if err != nil {
		return
	}
	for _, name := range left {
		_ = os.Remove(name)
	}
}

// place gives the new file its name. Two processes that begin at once must not take it from each other, and a link does not replace.
func (f *file) place(temporary string, replace bool) error {
	var err error
	if replace {
		err = os.Rename(temporary, f.path) //nolint:gosec // the directory is the operator's
	} else if err = os.Link(temporary, f.path); errors.Is(err, fs.ErrExist) {
		return errOther
	} else if err != nil {
		err = os.Rename(temporary, f.path) //nolint:gosec // a file system without links; the directory is the operator's
	}
	if err != nil {
		return err
	}
	return wholefile.SyncDirectory(filepath.Dir(f.path))
}

// moveAside keeps a file that is of no use for those who want to look into it, and says where.
func (f *file) moveAside(now time.Time) (string, error) {
	base := f.path + ".damaged-" + now.UTC().Format("20060102T150405Z")
	to := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) { //nolint:gosec // the directory is the operator's
			break
		}
		to = fmt.Sprintf("%s-%d", base, i)
	}
	f.log.end()
	if err := os.Rename(f.log.path, to+".log"); err != nil && !errors.Is(err, fs.ErrNotExist) { //nolint:gosec // the directory is the operator's
		return to, err
	}
	return to, os.Rename(f.path, to) //nolint:gosec // the directory is the operator's
}

// update runs one transaction. After a panic the file is not touched again.
func (f *file) update(do func(*bbolt.Tx) error) error {
	db := f.db
	err := boltfile.Guard(func() error {
		tx, err := db.Begin(true)
		if err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	})
	switch {
	case errors.Is(err, boltfile.ErrBroken):
		f.db = nil
	case errors.Is(err, boltfile.ErrDamaged):
		err = fmt.Errorf("%w: %w", boltfile.ErrBroken, errors.Join(err, f.close()))
	}
	return err
}

func (f *file) close() error {
	f.log.end()
	db := f.db
	f.db = nil
	if db == nil {
		return nil
	}
	return boltfile.Guard(db.Close)
}
