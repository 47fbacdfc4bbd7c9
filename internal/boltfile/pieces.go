package boltfile

import "io"

const (
	pieceSize  = 1 << 17 // a page of any size is in one piece
	pieceCount = 64
)

// pieces reads a file in large pieces and keeps the last few: pages that are asked for one after the other are near each other, mostly, and a
// read takes as long for a page as for many.
type pieces struct {
	r    io.ReaderAt
	kept [pieceCount]piece
}

type piece struct {
	at   int64
	b    []byte // what could be read
	room []byte
}

// bytes are a part of the file, good until others are asked for.
func (p *pieces) bytes(at, n int64) ([]byte, error) {
	from := at &^ (pieceSize - 1)
	if at+n <= from+pieceSize {
		if b := p.piece(from); at+n <= from+int64(len(b)) {
			return b[at-from : at-from+n], nil
		}
	}
	b := make([]byte, n)
	_, err := p.r.ReadAt(b, at)
	return b, err
}

func (p *pieces) piece(at int64) []byte {
	one := &p.kept[at/pieceSize%pieceCount]
	if one.at != at || one.b == nil {
		if one.room == nil {
			one.room = make([]byte, pieceSize)
		}
		n, _ := p.r.ReadAt(one.room, at) // who needs more of it hears why there is no more
		one.at, one.b = at, one.room[:n]
	}
	return one.b
}
