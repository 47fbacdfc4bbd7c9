package bolt

import (
	"encoding/binary"
	"hash/crc32"
	"iter"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/boltfile"
)

// The buckets of the file. doc.go says what is in them.
const (
	metaBucket   = "meta"
	slotBucket   = "slots"
	markBucket   = "marks"
	idBucket     = "ids"
	outboxBucket = "outbox"
	bookBucket   = "book"
)

var buckets = [...]string{metaBucket, slotBucket, markBucket, idBucket, outboxBucket, bookBucket}

// bucketNames are the same for checksums, which would copy a string each time.
var bucketNames = func() (names [len(buckets)][]byte) {
	for i, name := range buckets {
		names[i] = []byte(name)
	}
	return names
}()

// The keys of the meta bucket.
var (
	formatKey = []byte("format")
	seedKey   = []byte("seed")
	loggedKey = []byte("logged")
)

// formatVersion 1 had no log, and the log of version 2 no blocks.
const formatVersion = 3

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sealSize = 4

// checksum covers where a value stands, too: bbolt has no checksum of its pages, and a value in the wrong place is money in the wrong place.
func checksum(bucket string, key, value []byte) uint32 {
	var name []byte
	if i := slices.Index(buckets[:], bucket); i >= 0 {
		name = bucketNames[i]
	} else { // of a damaged file
		name = []byte(bucket)
	}
	sum := crc32.Update(uint32(len(key)), castagnoli, name) //nolint:gosec // keys are short
	return crc32.Update(crc32.Update(sum, castagnoli, key), castagnoli, value)
}

func seal(bucket string, key, value []byte) []byte {
	return binary.BigEndian.AppendUint32(value, checksum(bucket, key, value))
}

func unseal(bucket string, key, sealed []byte) ([]byte, error) {
	n := len(sealed) - sealSize
	if n < 0 || binary.BigEndian.Uint32(sealed[n:]) != checksum(bucket, key, sealed[:n]) {
		return nil, boltfile.ErrDamaged
	}
	return sealed[:n], nil
}

func appendInt(to []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(to, uint64(n)) //nolint:gosec // all 64 bits are kept
}

func getInt(from []byte) int64 {
	return int64(binary.BigEndian.Uint64(from)) //nolint:gosec // all 64 bits are kept
}

func slotKey(s *ledger.Slot) []byte {
	return appendInt(append(make([]byte, 0, len(s.Series)+8), s.Series...), s.Slot)
}

func slotValue(s *ledger.Slot) []byte {
	return appendInt(appendInt(make([]byte, 0, 16+sealSize), s.Amount), s.Expires)
}

func readSlot(key, value []byte) (s ledger.Slot, err error) {
	if len(key) < 8 || len(key) > 8+ledger.MaxName || len(value) != 16 {
		return s, boltfile.ErrDamaged
	}
	n := len(key) - 8
	return ledger.Slot{Series: string(key[:n]), Slot: getInt(key[n:]), Amount: getInt(value), Expires: getInt(value[8:])}, nil
}

func markValue(m *ledger.Mark) []byte {
	return append(appendInt(make([]byte, 0, 8+len(m.Value)+sealSize), m.Expires), m.Value...)
}

func readMark(key, value []byte) (m ledger.Mark, err error) {
	if len(value) < 8 || len(key) == 0 || len(key) > ledger.MaxName {
		return m, boltfile.ErrDamaged
	}
	return ledger.Mark{Key: string(key), Expires: getInt(value), Value: append([]byte{}, value[8:]...)}, nil
}

// segment is ids of one minute that were written with one commit, or merged since.
type segment struct {
	minute, number int64
	written        int64 // Unix seconds
	ids            []byte
}

const idSize = 8

func segmentKey(minute, number int64) []byte {
	return appendInt(appendInt(make([]byte, 0, 16), minute), number)
}

func segmentValue(written int64, ids []ledger.ID) []byte {
	value := appendInt(make([]byte, 0, 8+idSize*len(ids)+sealSize), written)
	for _, id := range ids {
		value = binary.BigEndian.AppendUint64(value, id.ID)
	}
	return value
}

func readSegment(key, value []byte) (s segment, err error) {
	if len(key) != 16 || len(value) < 8 || len(value)%idSize != 0 {
		return s, boltfile.ErrDamaged
	}
	return segment{getInt(key), getInt(key[8:]), getInt(value), value[8:]}, nil
}

func (s *segment) all() iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for at := 0; at+idSize <= len(s.ids); at += idSize {
			if !yield(binary.BigEndian.Uint64(s.ids[at:])) {
				return
			}
		}
	}
}

func entryKey(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }

func entryValue(e *ledger.Entry) []byte {
	return append(append(binary.AppendUvarint(nil, uint64(len(e.ID))), e.ID...), e.Body...)
}

func readEntry(key, value []byte) (e ledger.Entry, err error) {
	size, n := binary.Uvarint(value)
	if len(key) != 8 || n <= 0 || size > uint64(len(value)-n) { //nolint:gosec // not negative
		return e, boltfile.ErrDamaged
	}
	value = value[n:]
	alert := ledger.Alert{ID: string(value[:size]), Body: append([]byte{}, value[size:]...)}
	return ledger.Entry{Number: binary.BigEndian.Uint64(key), Alert: alert}, nil
}

func rowKey(c *book.Change) []byte {
	return append(appendInt(append(make([]byte, 0, 9+len(c.Key)), byte(c.Kind)), c.Time), c.Key...)
}

func rowValue(c *book.Change) []byte {
	return c.Sums.Append(binary.AppendVarint(make([]byte, 0, 64), c.Began))
}

func readRow(key, value []byte, names *book.Names) (c book.Change, err error) {
	if len(key) < 9 {
		return c, boltfile.ErrDamaged
	}
	c.Kind, c.Time = book.Kind(key[0]), getInt(key[1:])
	name, ok := names.Of(key[9:])
	if !ok || c.Kind < book.Hour || c.Kind > book.Total || c.Kind == book.Total && c.Time != 0 {
		return c, boltfile.ErrDamaged
	}
	began, n := binary.Varint(value)
	if n <= 0 {
		return c, boltfile.ErrDamaged
	}
	c.Key, c.Began = name, began
	if rest, ok := c.Sums.Cut(value[n:]); !ok || len(rest) > 0 {
		return c, boltfile.ErrDamaged
	}
	return c, nil
}
