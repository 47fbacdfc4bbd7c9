package boltfile

import (
	"errors"
	"os"
	"time"

	"go.etcd.io/bbolt"
)

// Open opens a file of bbolt for writing, and makes it where it is missing. Another process may have it open for as long as patience; then it
// is ErrInUse. A file that is damaged is ErrDamaged and stays as it is.
func Open(path string, patience time.Duration) (db *bbolt.DB, err error) {
	options := &bbolt.Options{Timeout: max(patience, 100*time.Millisecond), FreelistType: bbolt.FreelistMapType}
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag, mode)
		if err != nil {
			return nil, err
		}
		// What another process is writing must not be taken for damage.
		if err = Lock(f, true, patience); err == nil {
			err = check(f)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	}
	err = Guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, options)
		return err
	})
	switch {
	case errors.Is(err, ErrBroken):
		return nil, errors.Join(ErrDamaged, err)
	case errors.Is(err, bbolt.ErrTimeout): //nolint:staticcheck // the same value under its new name is in a package of its own
		return nil, ErrInUse
	}
	return db, err
}

// Emptied says that a file is there and has nothing in it: bbolt takes it for a new one, whatever it had.
func Emptied(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == 0
}

// check reads all of a file that is not new.
func check(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	if info.IsDir() {
		return errors.New("it is a directory")
	}
	_, err = Read(f, info.Size(), func(string, []byte, []byte) error { return nil })
	return err
}
