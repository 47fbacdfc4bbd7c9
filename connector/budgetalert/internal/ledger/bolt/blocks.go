package bolt

import (
	"encoding/binary"
	"hash/crc32"
	"unsafe"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// The log is a stream of bytes in blocks: each a checksum of what follows in the header, the generation, and how many of its bytes are used. The
// blocks of a file are used again and again, without a change of its size, so what is behind the end is of an older generation, or zeros.
const (
	blockSize   = 4096 // of which every disk writes whole ones
	blockHeader = 16
	blockRoom   = blockSize - blockHeader
)

// sealBlock fills in the header.
func sealBlock(block []byte, seed genai.Seed, index int64, generation uint64, used int) {
	binary.BigEndian.PutUint64(block[4:], generation)
	binary.BigEndian.PutUint32(block[12:], uint32(used)) //nolint:gosec // at most blockRoom
	binary.BigEndian.PutUint32(block, blockSum(block, seed, index))
}

// blockSum covers the ledger and the place, too.
func blockSum(block []byte, seed genai.Seed, index int64) uint32 {
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(index)) //nolint:gosec // not negative
	sum := crc32.Update(0, castagnoli, seed[:])
	return crc32.Update(crc32.Update(sum, castagnoli, at[:]), castagnoli, block[4:blockHeader])
}

// readBlocks is the stream that blocks hold; lame where a header is damaged. Blocks that were written only in part, or not in order, when
// the process ended, end the stream before what they would have added.
func readBlocks(b []byte, seed genai.Seed) (stream []byte, lame bool) {
	var generation uint64
	for i := int64(0); len(b) >= blockSize; i++ {
		block := b[:blockSize]
		b = b[blockSize:]
		if [blockHeader]byte(block) == [blockHeader]byte{} {
			return stream, false
		}
		is, used := binary.BigEndian.Uint64(block[4:]), binary.BigEndian.Uint32(block[12:])
		if binary.BigEndian.Uint32(block) != blockSum(block, seed, i) || used > blockRoom {
			return stream, true
		}
		if i > 0 && is != generation {
			return stream, false
		}
		generation = is
		stream = append(stream, block[blockHeader:blockHeader+used]...)
		if used < blockRoom {
			return stream, false
		}
	}
	return stream, false
}

// alignedBlocks is memory from which the disk can read by itself.
func alignedBlocks(n int) []byte {
	b := make([]byte, (n+1)*blockSize)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (blockSize - 1) //nolint:gosec // only its last bits count
	return b[skip : skip+n*blockSize : skip+n*blockSize]
}
