package alertlog

import (
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

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
	if len(l.active) > maxActive {
		for _, a := range l.sorted()[maxActive:] {
			delete(l.active, a.Fingerprint)
		}
	}
}
