package bolt

import (
	"cmp"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const (
	dropStep     = 256     // segments that are dropped with one commit
	mergeStep    = 4096    // segments that are merged at once
	largeSegment = 1 << 13 // ids of a segment that is merged no more
	quiet        = 60      // seconds after the last write of a minute in which nothing of it is merged
)

// segments is what the store knows of the segments in the file. There is one for each commit and minute at first: an id of its own key would
// take 160 bytes.
type segments struct {
	number int64 // the last one given out
	loose  map[int64]loose
	drops  []drop
}

// loose are the small segments of a minute.
type loose struct {
	n       int
	written int64
}

// drop is a minute whose segments up to a number are old.
type drop struct{ minute, until int64 }

func newSegments() segments { return segments{loose: map[int64]loose{}} }

// read counts a segment that is in the file.
func (s *segments) read(one *segment) {
	s.number = max(s.number, one.number)
	s.wrote(one.minute, one.written, len(one.ids)/idSize)
}

func (s *segments) wrote(minute, written int64, ids int) {
	if ids < largeSegment {
		l := s.loose[minute]
		s.loose[minute] = loose{l.n + 1, max(l.written, written)}
	}
}

// dropped takes over which minutes are old.
func (s *segments) dropped(minutes []int64) {
	slices.Sort(minutes)
	for _, minute := range slices.Compact(minutes) {
		s.drops = append(s.drops, drop{minute, s.number})
		delete(s.loose, minute)
	}
}

// write appends the new ids, by minute. The numbers are not used again when the commit fails.
func (s *segments) write(to *ops, ids []ledger.ID, now int64) {
	slices.SortStableFunc(ids, func(a, b ledger.ID) int { return cmp.Compare(a.Minute, b.Minute) })
	for len(ids) > 0 {
		n := 1
		for n < len(ids) && n < largeSegment && ids[n].Minute == ids[0].Minute {
			n++
		}
		s.number++
		to.put(idBucket, segmentKey(ids[0].Minute, s.number), segmentValue(now, ids[:n]))
		s.wrote(ids[0].Minute, now, n)
		ids = ids[n:]
	}
}

// drop drops a few old segments and says which drops are left.
func (s *segments) drop(tx *bbolt.Tx) (left []drop, err error) {
	b := tx.Bucket([]byte(idBucket))
	left = s.drops
	for n := 0; len(left) > 0; left = left[1:] {
		keys := keysOf(b, left[0].minute, left[0].until, dropStep-n)
		for _, key := range keys {
			if err := b.Delete(key); err != nil {
				return nil, err
			}
		}
		if n += len(keys); n >= dropStep {
			return left, nil
		}
	}
	return nil, nil
}

func keysOf(b *bbolt.Bucket, minute, until int64, most int) (keys [][]byte) {
	c := b.Cursor()
	for key, _ := c.Seek(segmentKey(minute, 0)); len(keys) < most && len(key) == 16; key, _ = c.Next() {
		if getInt(key) != minute || getInt(key[8:]) > until {
			break
		}
		keys = append(keys, slices.Clone(key))
	}
	return keys
}

// toMerge is a minute that nobody writes to now and that has many small segments.
func (s *segments) toMerge(now int64) (minute int64, ok bool) {
	if len(s.drops) > 0 {
		return 0, false // a merged segment would outlive its drop
	}
	for at, l := range s.loose {
		if l.n > 1 && (now-l.written > quiet || l.written > now) && (!ok || at < minute) {
			minute, ok = at, true
		}
	}
	return minute, ok
}

// merge puts small segments of a minute together, and says how many are left.
func (s *segments) merge(tx *bbolt.Tx, minute int64) (left loose, err error) {
	b := tx.Bucket([]byte(idBucket))
	b.FillPercent = 0.9
	var ids []ledger.ID
	var keys [][]byte
	written, more := int64(0), false
	c := b.Cursor()
	for key, sealed := c.Seek(segmentKey(minute, 0)); len(key) == 16 && getInt(key) == minute; key, sealed = c.Next() {
		value, err := unseal(idBucket, key, sealed)
		if err != nil {
			return left, err
		}
		one, err := readSegment(key, value)
		if err != nil {
			return left, err
		}
		if len(one.ids)/idSize >= largeSegment {
			continue
		}
		if more = len(keys) == mergeStep || len(ids) >= largeSegment; more {
			break
		}
		keys = append(keys, slices.Clone(key))
		written = max(written, one.written)
		for id := range one.all() {
			ids = append(ids, ledger.ID{Minute: minute, ID: id})
		}
	}
	if len(keys) < 2 {
		return left, nil
	}
	for _, key := range keys {
		if err := b.Delete(key); err != nil {
			return left, err
		}
	}
	left = loose{n: s.loose[minute].n - len(keys), written: s.loose[minute].written}
	if !more {
		left.n = 0
	}
	if len(ids) < largeSegment {
		left.n++
	}
	s.number++
	key := segmentKey(minute, s.number)
	return left, b.Put(key, seal(idBucket, key, segmentValue(written, ids)))
}
