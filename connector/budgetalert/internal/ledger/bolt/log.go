package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// logName is what was committed since the ledger's file was written last.
const logName = "ledger.log"

// commitLog is that file. A commit is one record: the length of its ops, its number, a checksum of both and one of the ops, which begin with
// the seed of the ledger; then the ops. A record that is shorter than it says was being written when the process ended, so nobody was told
// that it is durable.
type commitLog struct {
	path string
	file *os.File
	size int64 // of the records that count
	last uint64
	seed genai.Seed
	buf  []byte
}

const recordHeader = 20

// begin opens the log for records behind the first size bytes, and cuts off what follows.
func (l *commitLog) begin(size int64) error {
	l.end()
	file, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|syncWrites, 0o600)
	if err != nil {
		return err
	}
	l.file, l.size = file, size
	if err := errors.Join(file.Truncate(size), syncDirectory(filepath.Dir(l.path))); err != nil {
		l.end()
		return err
	}
	return nil
}

// end closes the log.
func (l *commitLog) end() {
	if l.file != nil {
		_ = l.file.Close() // all writes were durable
		l.file = nil
	}
}

// add writes a record. It is durable afterwards, or not there.
func (l *commitLog) add(o ops) error {
	l.buf = appendRecord(l.buf[:0], l.seed, l.last+1, o)
	if _, err := l.file.WriteAt(l.buf, l.size); err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.last++
	l.size += int64(len(l.buf))
	return nil
}

// clear drops all records: the ledger's file has them.
func (l *commitLog) clear() error {
	err := l.file.Truncate(0)
	if err == nil {
		l.size = 0
	}
	return err
}

// remove removes a log without records.
func (l *commitLog) remove() {
	if l.file != nil && l.size == 0 {
		_ = os.Remove(l.file.Name()) //nolint:gosec // the directory is the operator's
	}
	l.end()
}

func appendRecord(to []byte, seed genai.Seed, number uint64, o ops) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(len(o))) //nolint:gosec // a batch is no four gigabytes
	to = binary.BigEndian.AppendUint64(to, number)
	begun := crc32.Update(0, castagnoli, seed[:])
	begun = crc32.Update(begun, castagnoli, to[len(to)-12:])
	to = binary.BigEndian.AppendUint32(to, begun)
	to = binary.BigEndian.AppendUint32(to, crc32.Update(begun, castagnoli, o))
	return append(to, o...)
}

// records are what a log has beyond what the ledger's file has.
type records struct {
	ops  ops
	last uint64 // number of the last one
	size int64  // of all that count
	// lame says that something there is no record, or that some are missing before the first one.
	lame bool
}

// readLog reads the records with numbers above after.
func readLog(b []byte, seed genai.Seed, after uint64) records {
	found := records{last: after}
	for rest := b; len(rest) >= recordHeader; {
		size, number := uint64(binary.BigEndian.Uint32(rest)), binary.BigEndian.Uint64(rest[4:])
		begun := crc32.Update(0, castagnoli, seed[:])
		begun = crc32.Update(begun, castagnoli, rest[:12])
		if begun != binary.BigEndian.Uint32(rest[12:]) {
			found.lame = true
			break
		}
		if size > uint64(len(rest)-recordHeader) { //nolint:gosec // not negative
			break
		}
		one := rest[recordHeader : recordHeader+size]
		if crc32.Update(begun, castagnoli, one) != binary.BigEndian.Uint32(rest[16:]) || ops(one).each(func(*op) error { return nil }) != nil {
			found.lame = true
			break
		}
		rest = rest[recordHeader+size:]
		found.size = int64(len(b) - len(rest))
		if number <= after {
			continue
		}
		found.lame = found.lame || number != found.last+1
		found.last = number
		found.ops = append(found.ops, one...)
	}
	return found
}

// logOf reads the log that stands beside a ledger's file; nothing where there is none.
func logOf(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the log of the ledger: %w", err)
	}
	return b, nil
}
