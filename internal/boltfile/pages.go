package boltfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	pageHeader   = 16
	elementSize  = 16 // of a leaf and of a branch
	bucketHeader = 16

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketLeaf   = 0x01

	manyFree = 0xFFFF // the free list is longer than its count can say
	deepest  = 48
)

// pages reads one file.
type pages struct {
	pieces
	h     Header
	used  []bool
	visit func(bucket string, key, value []byte) error
	only  string // the bucket that is read; all where it has no name
}

// Read visits all values of a file of bbolt; what it hands out is only valid until visit returns. A file of which a page is damaged, lost or
// used twice is ErrDamaged, though values may have been visited before that is seen.
func Read(r io.ReaderAt, size int64, visit func(bucket string, key, value []byte) error) (Header, error) {
	h, err := readHeader(r, size)
	if err != nil {
		return h, err
	}
	p := pages{pieces: pieces{r: r}, h: h, used: make([]bool, h.Pages), visit: visit}
	p.used[0], p.used[1] = true, true
	if _, err := p.tree("", h.root, span{}, 0); err != nil {
		return h, err
	}
	if err := p.freelist(); err != nil {
		return h, err
	}
	for id, used := range p.used {
		if !used {
			return h, fmt.Errorf("page %d is lost: %w", id, ErrDamaged)
		}
	}
	return p.h, nil
}

// ReadBucket visits the values of one bucket. Whether the rest of the file is whole it does not say.
func ReadBucket(r io.ReaderAt, size int64, bucket string, visit func(bucket string, key, value []byte) error) error {
	h, err := readHeader(r, size)
	if err != nil {
		return err
	}
	p := pages{pieces: pieces{r: r}, h: h, used: make([]bool, h.Pages), visit: visit, only: bucket}
	_, err = p.tree("", h.root, span{}, 0)
	return err
}

// page reads a page and those it runs over to, and takes care that nobody else has them. It is good until the next one is read.
func (p *pages) page(id uint64) ([]byte, error) {
	if id < 2 || id >= p.h.Pages {
		return nil, fmt.Errorf("page %d of %d: %w", id, p.h.Pages, ErrDamaged)
	}
	page, err := p.read(id, 1)
	if err != nil {
		return nil, err
	}
	more := uint64(u32(page[12:]))
	if u64(page) != id || id+more >= p.h.Pages {
		return nil, fmt.Errorf("page %d: %w", id, ErrDamaged)
	}
	for i := id; i <= id+more; i++ {
		if p.used[i] {
			return nil, fmt.Errorf("page %d is used twice: %w", i, ErrDamaged)
		}
		p.used[i] = true
	}
	if more > 0 {
		return p.read(id, 1+more)
	}
	return page, nil
}

func (p *pages) read(id, n uint64) ([]byte, error) {
	page, err := p.bytes(int64(id)*p.h.PageSize, int64(n)*p.h.PageSize) //nolint:gosec // the file is as large
	if err != nil {
		return nil, fmt.Errorf("page %d: %w: %w", id, ErrDamaged, err)
	}
	return page, nil
}

// span is the keys that may be in a part of a tree: from <= key < to.
type span struct{ from, to []byte }

func (s span) has(key []byte) bool {
	return (s.from == nil || bytes.Compare(s.from, key) <= 0) && (s.to == nil || bytes.Compare(key, s.to) < 0)
}

// tree reads the tree of a bucket, and says what its first key is; that of "" is the tree of the buckets.
func (p *pages) tree(bucket string, id uint64, keys span, depth int) (first []byte, err error) {
	page, err := p.page(id)
	if err != nil {
		return nil, err
	}
	if bucket == "" || u16(page[8:]) != leafPage { // others are read before this one is done with
		page = bytes.Clone(page)
	}
	switch {
	case depth > deepest:
	case u16(page[8:]) == branchPage:
		return p.branch(bucket, page, keys, depth)
	case u16(page[8:]) == leafPage && u16(page[10:]) > 0: // an empty bucket is kept in its parent
		return p.leaf(bucket, page, keys)
	}
	return nil, fmt.Errorf("page %d: %w", id, ErrDamaged)
}

func (p *pages) branch(bucket string, page []byte, keys span, depth int) (first []byte, err error) {
	n := int(u16(page[10:]))
	if n == 0 {
		return nil, fmt.Errorf("a branch without leaves: %w", ErrDamaged)
	}
	part := keys
	for i := range n {
		id, key, ok := branchElement(page, i)
		if !ok || !keys.has(key) && i > 0 {
			return nil, fmt.Errorf("a branch: %w", ErrDamaged)
		}
		if i > 0 {
			part.from = key
		}
		part.to = keys.to
		if i+1 < n {
			var next []byte
			if _, next, ok = branchElement(page, i+1); !ok || bytes.Compare(key, next) >= 0 {
				return nil, fmt.Errorf("a branch: %w", ErrDamaged)
			}
			part.to = next
		}
		least, err := p.tree(bucket, id, part, depth+1)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = bytes.Clone(least)
		}
		p.h.Uneven = p.h.Uneven || !bytes.Equal(least, key)
	}
	return first, nil
}

func branchElement(page []byte, i int) (id uint64, key []byte, ok bool) {
	at := pageHeader + i*elementSize
	if at+elementSize > len(page) {
		return 0, nil, false
	}
	pos, size := uint64(u32(page[at:])), uint64(u32(page[at+4:]))
	from := uint64(at) + pos //nolint:gosec // not negative
	if from+size > uint64(len(page)) {
		return 0, nil, false
	}
	return u64(page[at+8:]), page[from : from+size], true
}

func (p *pages) leaf(bucket string, page []byte, keys span) (first []byte, err error) {
	var last []byte
	n := int(u16(page[10:]))
	// Keys and values stand behind the elements without a gap: a count that is too small leaves one.
	at := pageHeader + n*elementSize
	for i := range n {
		flags, key, value, ok := leafElement(page, i, &at)
		if !ok || !keys.has(key) || i > 0 && bytes.Compare(last, key) >= 0 {
			return nil, fmt.Errorf("%q: a leaf: %w", bucket, ErrDamaged)
		}
		if last = key; i == 0 {
			first = key
		}
		switch {
		case bucket == "" && flags == bucketLeaf:
			err = p.bucket(string(key), value)
		case bucket != "" && flags == 0:
			err = p.visit(bucket, key, value)
		default:
			err = fmt.Errorf("%q: a leaf: %w", bucket, ErrDamaged)
		}
		if err != nil {
			return nil, err
		}
	}
	return first, nil
}

// leafElement reads an element whose key must stand at an offset, and says where the next one must.
func leafElement(page []byte, i int, expected *int) (flags uint32, key, value []byte, ok bool) {
	at := pageHeader + i*elementSize
	if at+elementSize > len(page) {
		return 0, nil, nil, false
	}
	from := uint64(at) + uint64(u32(page[at+4:])) //nolint:gosec // not negative
	middle := from + uint64(u32(page[at+8:]))
	to := middle + uint64(u32(page[at+12:]))
	if to > uint64(len(page)) || from != uint64(*expected) { //nolint:gosec // not negative
		return 0, nil, nil, false
	}
	*expected = int(to) //nolint:gosec // it is in the page
	return u32(page[at:]), page[from:middle], page[middle:to], true
}

func (p *pages) bucket(name string, value []byte) error {
	if name == "" || len(value) < bucketHeader {
		return fmt.Errorf("bucket %q: %w", name, ErrDamaged)
	}
	if p.only != "" && p.only != name {
		return nil
	}
	if root := u64(value); root != 0 {
		_, err := p.tree(name, root, span{}, 0)
		return err
	}
	page := value[bucketHeader:] // a small bucket is kept in its parent
	if len(page) < pageHeader || u16(page[8:]) != leafPage || u16(page[10:]) == 0 && len(page) != pageHeader {
		return fmt.Errorf("bucket %q: %w", name, ErrDamaged)
	}
	_, err := p.leaf(name, page, span{})
	return err
}

// freelist reads which pages are free: those that nobody uses, each once.
func (p *pages) freelist() error {
	page, err := p.page(p.h.freelist)
	if err != nil {
		return err
	}
	if u16(page[8:]) != freelistPage {
		return fmt.Errorf("the free list: %w", ErrDamaged)
	}
	n, ids := uint64(u16(page[10:])), page[pageHeader:]
	if n == manyFree {
		n, ids = u64(ids), ids[8:]
	}
	if n > uint64(len(ids))/8 {
		return fmt.Errorf("the free list: %w", ErrDamaged)
	}
	for i := range n {
		id := u64(ids[8*i:])
		if id >= p.h.Pages || p.used[id] {
			return fmt.Errorf("page %d is free and in use: %w", id, ErrDamaged)
		}
		p.used[id] = true
	}
	p.h.Free = int(n) //nolint:gosec // less than there are pages
	return nil
}

// bbolt writes numbers as the machine has them.
func u16(b []byte) uint16 { return binary.NativeEndian.Uint16(b) }
func u32(b []byte) uint32 { return binary.NativeEndian.Uint32(b) }
func u64(b []byte) uint64 { return binary.NativeEndian.Uint64(b) }
