package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

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
	segments     segments
	minute       []segment // the segments of one minute: they expire together
}

func newLoader(into *ledger.State, now time.Time) *loader {
	return &loader{into: ledger.Loaded{State: into, Now: now.Unix()}, segments: newSegments()}
}

// value reads one value. An error means that the file is damaged, or not ours.
func (l *loader) value(bucket string, key, sealed []byte) error {
	value, err := unseal(bucket, key, sealed)
	if err == nil {
		err = l.unsealed(bucket, key, value)
	}
	var newer newerError
	if err != nil && !errors.As(err, &newer) {
		return fmt.Errorf("%s %q: %w", bucket, key, err)
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
		c, err := readRow(key, value)
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
		if format := binary.BigEndian.Uint32(value); format != formatVersion {
			return newerError{format}
		}
		l.ours = true
	case string(seedKey):
		if len(value) != len(l.seed) {
			return boltfile.ErrDamaged
		}
		copy(l.seed[:], value)
		l.seeded = true
	default:
		return boltfile.ErrDamaged
	}
	return nil
}

func (l *loader) segment(s segment) {
	if len(l.minute) > 0 && l.minute[0].minute != s.minute {
		l.endMinute()
	}
	l.minute = append(l.minute, s)
	l.segments.read(&s)
}

func (l *loader) endMinute() {
	if len(l.minute) == 0 {
		return
	}
	written := l.minute[0].written
	for _, s := range l.minute {
		written = max(written, s.written)
	}
	for _, s := range l.minute {
		l.into.IDs(s.minute, written, s.all())
	}
	l.minute = l.minute[:0]
}

// end ends the reading.
func (l *loader) end() error {
	if !l.ours || !l.seeded {
		return fmt.Errorf("no ledger: %w", boltfile.ErrDamaged)
	}
	l.endMinute()
	return nil
}
