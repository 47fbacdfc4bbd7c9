package valkey

import (
	"encoding/binary"
	"errors"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// encodingVersion is the first byte of a batch in the journal. A later version must read all earlier ones.
const encodingVersion = 1

var errDamaged = errors.New("a batch in the journal is damaged")

// encoder writes numbers as varints, and a text that came before as its place.
type encoder struct {
	b     []byte
	texts map[string]uint64
}

func (e *encoder) num(n int64) { e.b = binary.AppendVarint(e.b, n) }

func (e *encoder) text(s string) {
	if at, ok := e.texts[s]; ok {
		e.b = binary.AppendUvarint(e.b, at)
		return
	}
	e.texts[s] = uint64(len(e.texts)) + 1
	e.b = binary.AppendUvarint(e.b, 0)
	e.b = binary.AppendUvarint(e.b, uint64(len(s)))
	e.b = append(e.b, s...)
}

// encodeCalls is a batch as the journal keeps it.
func encodeCalls(calls []ledger.Call) []byte {
	e := encoder{b: make([]byte, 0, 64*len(calls)), texts: map[string]uint64{}}
	e.b = append(e.b, encodingVersion)
	e.num(int64(len(calls)))
	for i := range calls {
		c := &calls[i]
		e.b = binary.LittleEndian.AppendUint64(e.b, c.ID)
		e.num(c.Minute)
		e.num(int64(len(c.Adds)))
		for _, a := range c.Adds {
			e.text(a.Series)
			e.num(a.Slot)
			e.num(a.Amount)
			e.num(a.Expires)
		}
		e.num(int64(len(c.Book)))
		for n := range c.Book {
			e.entry(&c.Book[n])
		}
	}
	return e.b
}

func (e *encoder) entry(entry *book.Entry) {
	e.num(entry.Hour)
	for _, s := range []string{entry.Row.Service, entry.Row.Provider, entry.Row.Model, entry.Row.Agent} {
		e.text(s)
	}
	overflow := int64(0)
	if entry.Row.Overflow {
		overflow = 1
	}
	e.num(overflow)
	e.num(int64(len(entry.Row.Keys)))
	for _, s := range entry.Row.Keys {
		e.text(s)
	}
	for _, n := range numbers(&entry.Sums) {
		e.num(*n)
	}
}

// numbers are all that a row of the book adds up, in the order of the encoding.
func numbers(s *book.Sums) [5 + book.TokenTypes]*int64 {
	all := [5 + book.TokenTypes]*int64{&s.NanoUSD, &s.SavedNanoUSD, &s.Calls, &s.Failed, &s.Unpriced}
	for i := range s.Tokens {
		all[5+i] = &s.Tokens[i]
	}
	return all
}

type decoder struct {
	b     []byte
	texts []string
	bad   bool
}

func (d *decoder) num() int64 {
	n, size := binary.Varint(d.b)
	d.skip(size)
	return n
}

func (d *decoder) unsigned() uint64 {
	n, size := binary.Uvarint(d.b)
	d.skip(size)
	return n
}

func (d *decoder) skip(size int) {
	if size <= 0 || size > len(d.b) {
		d.b, d.bad = nil, true
		return
	}
	d.b = d.b[size:]
}

// count is the length of a list: each of its items takes a byte at least, so a damaged one cannot ask for more memory than there is.
func (d *decoder) count() int {
	n := d.num()
	if n < 0 || n > int64(len(d.b)) {
		d.b, d.bad = nil, true
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	at := d.unsigned()
	if at > 0 {
		if at > uint64(len(d.texts)) {
			d.bad = true
			return ""
		}
		return d.texts[at-1]
	}
	n := d.unsigned()
	if n > uint64(len(d.b)) {
		d.b, d.bad = nil, true
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	d.texts = append(d.texts, s)
	return s
}

// decodeCalls reads what encodeCalls wrote.
func decodeCalls(b []byte) ([]ledger.Call, error) {
	if len(b) == 0 || b[0] != encodingVersion {
		return nil, errDamaged
	}
	d := decoder{b: b[1:]}
	n := d.count()
	calls := make([]ledger.Call, 0, n)
	for ; n > 0 && !d.bad; n-- {
		calls = append(calls, d.call())
	}
	if d.bad || len(d.b) != 0 {
		return nil, errDamaged
	}
	return calls, nil
}

func (d *decoder) call() ledger.Call {
	var c ledger.Call
	if len(d.b) < 8 {
		d.b, d.bad = nil, true
		return c
	}
	c.ID = binary.LittleEndian.Uint64(d.b)
	d.b = d.b[8:]
	c.Minute = d.num()
	for n := d.count(); n > 0 && !d.bad; n-- {
		c.Adds = append(c.Adds, ledger.Add{Series: d.text(), Slot: d.num(), Amount: d.num(), Expires: d.num()})
	}
	for n := d.count(); n > 0 && !d.bad; n-- {
		c.Book = append(c.Book, d.entry())
	}
	return c
}

func (d *decoder) entry() book.Entry {
	entry := book.Entry{Hour: d.num()}
	entry.Row = book.Row{Service: d.text(), Provider: d.text(), Model: d.text(), Agent: d.text(), Overflow: d.num() != 0}
	for n := d.count(); n > 0 && !d.bad; n-- {
		entry.Row.Keys = append(entry.Row.Keys, d.text())
	}
	for _, n := range numbers(&entry.Sums) {
		*n = d.num()
	}
	return entry
}
