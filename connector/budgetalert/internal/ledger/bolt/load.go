package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// newerError says that a newer version of the program wrote the file.
type newerError struct{ format uint32 }

func (e newerError) Error() string {
	return fmt.Sprintf("its format is %d and this version reads %d: use the newer version again, or another directory", e.format, formatVersion)
}

// loader fills a State from the values of a file.
type loader struct {
	into ledger.Loaded
	seed genai.Seed

	ours, seeded bool
	logged       uint64 // the last record of the log that the file has
	names        book.Names
	segments     segments
	minute       segment // all ids of one minute: they expire together

	noLog bool // none stands beside the file, or an empty one
	log   records
	later map[string]op // by place: what the log says of it last
	room  []byte
	ids   map[int64][]segment // the segments of the log by minute
}

func newLoader(into *ledger.State, now time.Time) *loader {
	return &loader{into: ledger.Loaded{State: into, Now: now.Unix()}, segments: newSegments()}
}

// follow takes over what the log says: it is newer than what the file says.
func (l *loader) follow(log records) error {
	l.log, l.later, l.ids = log, map[string]op{}, map[int64][]segment{}
	return log.ops.each(func(one *op) error {
		bucket := buckets[one.bucket]
		if bucket != idBucket { // ids are only added, under new keys
			l.later[string(l.place(bucket, one.key))] = *one
			return nil
		}
		value, err := unseal(bucket, one.key, one.sealed)
		if err != nil {
			return err
		}
		s, err := readSegment(one.key, value)
		if err == nil {
			l.ids[s.minute] = append(l.ids[s.minute], s)
			l.segments.read(&s)
		}
		return err
	})
}

// place is bucket and key in one, good until the next one is asked for.
func (l *loader) place(bucket string, key []byte) []byte {
	l.room = append(append(append(l.room[:0], bucket...), 0), key...)
	return l.room
}

// value reads one value. An error means that the file is damaged, or not ours.
func (l *loader) value(bucket string, key, sealed []byte) error {
	value, err := unseal(bucket, key, sealed)
	if err == nil && len(l.later) > 0 {
		if _, ok := l.later[string(l.place(bucket, key))]; ok {
			return nil
		}
	}
	if err == nil {
		err = l.unsealed(bucket, key, value)
	}
	if err == nil {
		return nil
	}
	var newer newerError
	if !errors.As(err, &newer) {
		err = fmt.Errorf("%s %q: %w", bucket, key, err)
	}
	return err
}

func (l *loader) unsealed(bucket string, key, value []byte) error {
	switch bucket {
	case metaBucket:
		return l.meta(string(key), value)
	case slotBucket:
		s, err := readSlot(key, value)
		if err == nil {
			l.into.Slot(&s)
		}
		return err
	case markBucket:
		m, err := readMark(key, value)
		if err == nil {
			l.into.Mark(&m)
		}
		return err
	case idBucket:
		s, err := readSegment(key, value)
		if err == nil {
			l.segment(s)
		}
		return err
	case outboxBucket:
		e, err := readEntry(key, value)
		if err == nil {
			l.into.Entry(&e)
		}
		return err
	case bookBucket:
		c, err := readRow(key, value, &l.names)
		if err == nil {
			l.into.Row(&c)
		}
		return err
	}
	return boltfile.ErrDamaged
}

func (l *loader) meta(key string, value []byte) error {
	switch key {
	case string(formatKey):
		if len(value) != 4 {
			return boltfile.ErrDamaged
		}
		if format := binary.BigEndian.Uint32(value); format > formatVersion {
			return newerError{format}
		}
		l.ours = true
	case string(seedKey):
		if len(value) != len(l.seed) {
			return boltfile.ErrDamaged
		}
		copy(l.seed[:], value)
		l.seeded = true
	case string(loggedKey):
		if len(value) != 8 {
			return boltfile.ErrDamaged
		}
		l.logged = binary.BigEndian.Uint64(value)
	default:
		return boltfile.ErrDamaged
	}
	return nil
}

func (l *loader) segment(s segment) {
	l.segments.read(&s)
	if l.minute.minute != s.minute {
		l.endMinute()
	}
	l.add(&s)
}

func (l *loader) add(s *segment) {
	l.minute.minute, l.minute.written = s.minute, max(l.minute.written, s.written)
	l.minute.ids = append(l.minute.ids, s.ids...)
}

func (l *loader) endMinute() {
	at := l.minute.minute
	for _, s := range l.ids[at] {
		l.add(&s)
	}
	delete(l.ids, at)
	l.into.IDs(at, l.minute.written, l.minute.all())
	l.minute.written, l.minute.ids = 0, l.minute.ids[:0]
}

// end ends the reading.
func (l *loader) end() error {
	if !l.ours || !l.seeded {
		return fmt.Errorf("no ledger: %w", boltfile.ErrDamaged)
	}
	l.endMinute()
	for _, minute := range slices.Sorted(maps.Keys(l.ids)) {
		l.minute.minute = minute
		l.endMinute()
	}
	l.log.last = max(l.log.last, l.logged)
	defer l.into.End()
	later := l.later
	l.later = nil
	for _, key := range slices.Sorted(maps.Keys(later)) { // alerts in the order of their numbers
		if one := later[key]; one.sealed != nil {
			if err := l.value(buckets[one.bucket], one.key, one.sealed); err != nil {
				return err
			}
		}
	}
	return nil
}
