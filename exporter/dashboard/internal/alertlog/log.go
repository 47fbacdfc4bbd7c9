// Package alertlog keeps the alerts: those that fire, and each transition of the last months.
package alertlog

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
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

// Add keeps transitions, and says how many are new; they are on disk when it returns without an error. A transition that is known is not kept
// twice.
func (l *Log) Add(alerts []alert.Alert, now time.Time) (added int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, errClosed
	}
	if l.db == nil {
		if err := l.open(); err != nil {
			return 0, err
		}
	}
	added, err = l.add(alerts, now)
	if boltfile.IsDamage(err) {
		if err = l.replace(now); err == nil {
			added, err = l.add(alerts, now)
		}
	}
	return added, err
}

func (l *Log) add(alerts []alert.Alert, now time.Time) (added int, err error) {
	records, active := l.records, map[string]alert.Alert{} // an alert without an id is one that does not fire any more
	err = l.update(func(tx *bbolt.Tx) error {
		for i := range alerts {
			n, err := l.transition(tx, &alerts[i], active, now)
			if err != nil {
				return err
			}
			added += n
		}
		gone, err := l.forget(tx, records+added, now)
		records += added - gone
		return err
	})
	if err != nil {
		return 0, err
	}
	l.records = records
	for fingerprint, a := range active {
		if a.ID == "" {
			delete(l.active, fingerprint)
			continue
		}
		l.active[fingerprint] = a
	}
	l.bound()
	return added, nil
}

// transition keeps one alert, and says in active what it changes. It is 0 for one that is known.
func (l *Log) transition(tx *bbolt.Tx, a *alert.Alert, active map[string]alert.Alert, now time.Time) (added int, err error) {
	if tx.Bucket(idsBucket).Get([]byte(a.ID)) != nil {
		return 0, nil
	}
	if err := put(tx, a, now); err != nil {
		return 0, err
	}
	before, ok := active[a.Fingerprint]
	if !ok {
		before = l.active[a.Fingerprint]
	}
	if a.Time.Before(before.Time) { // it came late
		return 1, nil
	}
	if active[a.Fingerprint] = *a; !a.Firing() {
		active[a.Fingerprint] = alert.Alert{}
	}
	return 1, putActive(tx, active, a.Fingerprint)
}

// put adds a record. A time that is not past is now: the newest must not stay the newest for ever.
func put(tx *bbolt.Tx, a *alert.Alert, now time.Time) error {
	at := a.Time
	if at.IsZero() || at.After(now) {
		at = now
	}
	records := tx.Bucket(recordsBucket)
	n, err := records.NextSequence()
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(nil, uint64(max(at.UnixNano(), 0))) //nolint:gosec // not negative
	key = binary.BigEndian.AppendUint64(key, n)
	if err := records.Put(key, a.Encode()); err != nil {
		return err
	}
	return tx.Bucket(idsBucket).Put([]byte(a.ID), key)
}

func putActive(tx *bbolt.Tx, active map[string]alert.Alert, fingerprint string) error {
	a := active[fingerprint]
	if a.ID == "" {
		return tx.Bucket(activeBucket).Delete([]byte(fingerprint))
	}
	return tx.Bucket(activeBucket).Put([]byte(fingerprint), a.Encode())
}

// forget removes what is too old or too much, and says how many records that were.
func (l *Log) forget(tx *bbolt.Tx, records int, now time.Time) (gone int, err error) {
	oldest := uint64(max(now.Add(-MaxAge).UnixNano(), 0)) //nolint:gosec // not negative
	cursor := tx.Bucket(recordsBucket).Cursor()
	for key, body := cursor.First(); key != nil; key, body = cursor.First() {
		if len(key) == 16 && binary.BigEndian.Uint64(key) >= oldest && records-gone <= l.o.MaxRecords {
			break
		}
		if a, err := alert.Decode(body); err == nil {
			if err := tx.Bucket(idsBucket).Delete([]byte(a.ID)); err != nil {
				return gone, err
			}
		}
		if err := cursor.Delete(); err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}

// bound drops the alerts that began first where too many fire.
func (l *Log) bound() {
	if len(l.active) <= maxActive {
		return
	}
	all := l.sorted()
	for _, a := range all[maxActive:] {
		delete(l.active, a.Fingerprint)
	}
}

// sorted are the alerts that fire, the newest first.
func (l *Log) sorted() []alert.Alert {
	all := make([]alert.Alert, 0, len(l.active))
	for _, a := range l.active {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b alert.Alert) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.ID, b.ID)) })
	return all
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
