package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/wholefile"
)

// logName is what was committed since the ledger's file was written last.
const logName = "ledger.log"

// logBlocks is how many blocks the log has from the start: what is written before it is folded fits in, mostly, and a write that changes
// neither the size of a file nor which blocks it has is one write.
const logBlocks = 512

// commitLog is that file. A commit is one record: the length of its ops, its number, a checksum of both and one of the ops, which begin with
// the seed of the ledger; then the ops. Each begins where the one before ended, so its block is written again, with the same bytes and more.
// A record that is not there to its end was being written when the process ended, so nobody was told that it is durable.
type commitLog struct {
	path   string
	blocks int64 // that it has from the start
	file   *os.File
	last   uint64
	seed   genai.Seed

	buf        []byte
	room       []byte // whole blocks; the first is the one under way
	block      int64  // its index
	used       int    // bytes of it that count
	generation uint64
	// prepared says that nothing of before is in the file, and that it has its blocks.
	prepared bool
	// torn says that something may stand behind the last record: no record may follow before the log is cleared.
	torn bool
}

const recordHeader = 20

// begin opens the log. What is in it stays until it is cleared.
func (l *commitLog) begin() error {
	l.end()
	if err := l.open(directWrites); err != nil {
		return err
	}
	l.prepared, l.torn = false, false
	return nil
}

// open opens the file for writes around the kernel's cache, where the file system has these: what is written once and never read is copied for
// nothing, and each write would take another one of pages.
func (l *commitLog) open(direct int) error {
	const flags = os.O_RDWR | os.O_CREATE | syncWrites
	file, err := os.OpenFile(l.path, flags|direct, 0o600) //nolint:gosec // the directory is the operator's
	if errors.Is(err, syscall.EINVAL) {
		file, err = os.OpenFile(l.path, flags, 0o600) //nolint:gosec // the directory is the operator's
	}
	if err != nil {
		return err
	}
	l.file = file
	return wholefile.SyncDirectory(filepath.Dir(l.path))
}

// end closes the log.
func (l *commitLog) end() {
	if l.file != nil {
		_ = l.file.Close() // all writes were durable
		l.file = nil
	}
}

// add writes a record. After an error it may be there or not.
func (l *commitLog) add(o ops) error {
	l.buf = appendRecord(l.buf[:0], l.seed, l.last+1, o)
	record := l.buf
	n := (l.used+len(record))/blockRoom + 1
	l.grow(n)
	used := l.used
	for i := range n {
		block := l.room[i*blockSize : (i+1)*blockSize]
		written := copy(block[blockHeader+used:], record)
		record = record[written:]
		used += written
		clear(block[blockHeader+used:])
		sealBlock(block, l.seed, l.block+int64(i), l.generation, used)
		if i < n-1 {
			used = 0
		}
	}
	if err := l.write(l.room[:n*blockSize], l.block*blockSize); err != nil {
		l.torn = true
		return err
	}
	if l.last++; n > 1 {
		copy(l.room, l.room[(n-1)*blockSize:n*blockSize])
		l.block += int64(n - 1)
	}
	l.used = used
	return nil
}

// grow makes room for so many blocks.
func (l *commitLog) grow(n int) {
	if n*blockSize <= len(l.room) {
		return
	}
	room := alignedBlocks(n + n/4)
	copy(room, l.room)
	l.room = room
}

// write writes blocks. Some file systems say only now that they do not write around the cache.
func (l *commitLog) write(b []byte, at int64) error {
	_, err := l.file.WriteAt(b, at)
	if errors.Is(err, syscall.EINVAL) {
		l.end()
		if err = l.open(0); err == nil {
			_, err = l.file.WriteAt(b, at)
		}
	}
	return err
}

// clear drops all records: the ledger's file has them, and those that were written in part.
func (l *commitLog) clear() error {
	long := l.block >= l.blocks
	l.last, l.torn = l.behind(), false
	l.block, l.used, l.generation = 0, 0, rand.Uint64() //nolint:gosec // it must only be another one
	switch {
	case !l.prepared:
		return l.prepare()
	case long:
		return l.file.Truncate(l.blocks * blockSize)
	}
	return nil
}

// behind is the number after which records count once what is there now is cleared.
func (l *commitLog) behind() uint64 {
	if l.torn {
		return l.last + 1
	}
	return l.last
}

// prepare fills the log with zeros. Where there is no room for that it grows with what is written. It is never empty, not even for a moment: one
// that is was emptied by somebody else.
func (l *commitLog) prepare() error {
	if err := l.file.Truncate(blockSize); err != nil {
		return err
	}
	l.prepared = true
	if l.write(alignedBlocks(int(l.blocks)), 0) != nil {
		return l.file.Truncate(blockSize)
	}
	return nil
}

// remove removes a log without records.
func (l *commitLog) remove() {
	if l.file != nil && l.block == 0 && l.used == 0 {
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
	// lame says that something there is no record, or that some are missing before the first one.
	lame bool
}

// readLog reads the records with numbers above after.
func readLog(b []byte, seed genai.Seed, after uint64) records {
	stream, lame := readBlocks(b, seed)
	if len(stream) == 0 {
		if _, _, ok := readHeader(b, seed); ok { // a log of format 2, which had no blocks
			stream, lame = b, false
		}
	}
	found := readRecords(stream, seed, after)
	found.lame = found.lame || lame
	return found
}

// readHeader is what the header of a record says, and whether it is one.
func readHeader(b []byte, seed genai.Seed) (size, number uint64, ok bool) {
	if len(b) < recordHeader {
		return 0, 0, false
	}
	begun := crc32.Update(crc32.Update(0, castagnoli, seed[:]), castagnoli, b[:12])
	return uint64(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint64(b[4:]), begun == binary.BigEndian.Uint32(b[12:])
}

func readRecords(rest []byte, seed genai.Seed, after uint64) records {
	found := records{last: after}
	for len(rest) >= recordHeader {
		size, number, ok := readHeader(rest, seed)
		if !ok {
			found.lame = true
			break
		}
		if size > uint64(len(rest)-recordHeader) { //nolint:gosec // not negative
			break
		}
		one := rest[recordHeader : recordHeader+size]
		if crc32.Update(binary.BigEndian.Uint32(rest[12:]), castagnoli, one) != binary.BigEndian.Uint32(rest[16:]) ||
			ops(one).each(func(*op) error { return nil }) != nil {
			found.lame = true
			break
		}
		rest = rest[recordHeader+size:]
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
	b, err := os.ReadFile(path) //nolint:gosec // the directory is the operator's
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the log of the ledger: %w", err)
	}
	return b, nil
}
