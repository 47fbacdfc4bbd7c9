package boltfile

import (
	"fmt"
	"hash/fnv"
	"io"
)

const (
	metaSize    = 64
	metaPage    = 0x04
	metaMagic   = 0xED0CDAED
	metaVersion = 2
)

// Header is what the newer of the two meta pages says.
type Header struct {
	PageSize int64  // bytes
	Pages    uint64 // of the file, from the first to the last that was ever used
	TxID     uint64 // of the last commit
	Free     int    // pages
	// Lame says that the other meta page is damaged: the last commit may be missing.
	Lame bool
	// Uneven says that a branch names a leaf wrongly. All is there, but bbolt would go astray when it writes.
	Uneven bool

	root, freelist uint64
}

func readHeader(r io.ReaderAt, size int64) (Header, error) {
	var found []Header
	first, ok := metaAt(r, 0)
	if ok {
		found = append(found, first)
		if second, ok := metaAt(r, first.PageSize); ok && second.PageSize == first.PageSize {
			found = append(found, second)
		}
	} else {
		for pageSize := int64(1 << 10); pageSize <= 1<<16 && len(found) == 0; pageSize <<= 1 {
			if second, ok := metaAt(r, pageSize); ok && second.PageSize == pageSize {
				found = append(found, second)
			}
		}
	}
	var h Header
	switch len(found) {
	case 0:
		return h, fmt.Errorf("both headers: %w", ErrDamaged)
	case 1:
		h = found[0]
		h.Lame = true
	default:
		h = found[0]
		if found[1].TxID > h.TxID {
			h = found[1]
		}
		h.Lame = found[0].TxID+1 != found[1].TxID && found[1].TxID+1 != found[0].TxID
	}
	if h.Pages > uint64(size/h.PageSize) || h.Pages < 4 { //nolint:gosec // sizes are not negative
		return h, fmt.Errorf("%d pages in %d bytes: %w", h.Pages, size, ErrDamaged)
	}
	return h, nil
}

func metaAt(r io.ReaderAt, at int64) (h Header, ok bool) {
	var page [pageHeader + metaSize]byte
	if _, err := r.ReadAt(page[:], at); err != nil {
		return h, false
	}
	m := page[pageHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(m[:56])
	h = Header{
		PageSize: int64(u32(m[8:])), root: u64(m[16:]), freelist: u64(m[32:]), Pages: u64(m[40:]), TxID: u64(m[48:]),
	}
	ok = u32(m) == metaMagic && u32(m[4:]) == metaVersion && u64(m[56:]) == sum.Sum64() && u16(page[8:])&metaPage != 0
	return h, ok && h.PageSize >= 1<<10 && h.PageSize <= 1<<16 && h.PageSize&(h.PageSize-1) == 0
}
