// Package alertlog keeps the alerts: those that fire, and each transition of the last months.
package alertlog

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

const (
	// MaxRecords is how many transitions are kept.
	MaxRecords = 10_000
	// MaxAge is for how long they are.
	MaxAge = 90 * 24 * time.Hour
	// maxActive is how many alerts may fire at once; the one that began first leaves.
	maxActive = 10_000
)

var (
	recordsBucket = []byte("records") // encoded alerts by time of their transition, and a number
	idsBucket     = []byte("ids")     // the key in records by id of the transition
	activeBucket  = []byte("active")  // encoded alerts that fire, by fingerprint

	errClosed = errors.New("the alert log is closed")
)

// Options of a Log.
type Options struct {
	Patience   time.Duration // how long another process may still hold the file
	MaxRecords int           // MaxRecords where it is 0
	// Moved hears where a damaged file was moved to; nowhere one that was empty.
	Moved func(to string)
}

// Log is the alerts in a file of their own.
type Log struct {
	path string
	o    Options

	mu      sync.Mutex
	db      *bbolt.DB // nil where the file cannot be opened
	closed  bool
	records int
	active  map[string]alert.Alert
}

// Open opens the file, and makes it where it is missing. A damaged one is moved aside; then what fired is not known until it is told again. Where it
// cannot be opened now, as on a full disk, there is a Log beside the error, whose Add tries again.
func Open(path string, o Options) (*Log, error) {
	o.MaxRecords = cmp.Or(o.MaxRecords, MaxRecords)
	l := &Log{path: path, o: o, active: map[string]alert.Alert{}}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return l, err
	}
	emptied := boltfile.Emptied(path)
	err := l.open()
	if emptied && err == nil && o.Moved != nil {
		o.Moved("")
	}
	if boltfile.IsDamage(err) {
		err = l.replace(time.Now())
	}
	if errors.Is(err, boltfile.ErrInUse) {
		return nil, err
	}
	return l, err
}

// open reads what fires.
func (l *Log) open() error {
	db, err := boltfile.Open(l.path, l.o.Patience)
	if err != nil {
		return fmt.Errorf("%s: %w", l.path, err)
	}
	err = boltfile.Guard(func() error {
		return db.Update(func(tx *bbolt.Tx) error {
			for _, name := range [][]byte{recordsBucket, idsBucket, activeBucket} {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			l.records = tx.Bucket(recordsBucket).Stats().KeyN
			return tx.Bucket(activeBucket).ForEach(func(_, body []byte) error {
				if a, err := alert.Decode(body); err == nil {
					l.active[a.Fingerprint] = a
				}
				return nil
			})
		})
	})
	if err != nil {
		if !boltfile.IsDamage(err) {
			err = errors.Join(err, db.Close())
		}
		return fmt.Errorf("%s: %w", l.path, err)
	}
	l.db = db
	return nil
}

// replace moves a damaged file aside and begins another one.
func (l *Log) replace(now time.Time) error {
	l.db = nil
	moved, err := boltfile.MoveAside(l.path, now)
	if err != nil {
		return err
	}
	if l.o.Moved != nil {
		l.o.Moved(moved)
	}
	fires := l.active
	l.active = map[string]alert.Alert{}
	if err := l.open(); err != nil {
		l.active = fires
		return err
	}
	l.active = fires
	return l.update(func(tx *bbolt.Tx) error {
		for fingerprint := range fires {
			if err := putActive(tx, fires, fingerprint); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Log) update(do func(*bbolt.Tx) error) error {
	if l.db == nil {
		return errClosed
	}
	return boltfile.Guard(func() error { return l.db.Update(do) })
}

// sorted are the alerts that fire, the newest first.
func (l *Log) sorted() []alert.Alert {
	return slices.SortedFunc(maps.Values(l.active), func(a, b alert.Alert) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.ID, b.ID)) })
}

// Active are the alerts that fire as of now, the newest first. One whose own end has come does not.
func (l *Log) Active(now time.Time) []alert.Alert {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(l.sorted(), func(a alert.Alert) bool { return !a.EndsAt.IsZero() && a.EndsAt.Before(now) })
}

// Past are the last transitions, firing and resolved, the newest first.
func (l *Log) Past(limit int) (past []alert.Alert, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return nil, errClosed
	}
	err = boltfile.Guard(func() error {
		return l.db.View(func(tx *bbolt.Tx) error {
			cursor := tx.Bucket(recordsBucket).Cursor()
			for key, body := cursor.Last(); key != nil && len(past) < limit; key, body = cursor.Prev() {
				if a, err := alert.Decode(body); err == nil {
					past = append(past, a)
				}
			}
			return nil
		})
	})
	return past, err
}

// Close closes the file. Afterwards nothing is kept any more.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.db == nil {
		return nil
	}
	db := l.db
	l.db = nil
	return boltfile.Guard(db.Close)
}
