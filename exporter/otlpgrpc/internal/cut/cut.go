// Package cut cuts an encoded OTLP request into smaller ones, between its items, without decoding them.
package cut

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Layout says where the items of a request are: by level, from the request down, the fields that hold the next one. All other fields of a
// level are what its items have in common: a resource, a scope, the name of a metric.
type Layout []fields

// fields is a set of field numbers, all below 16: a tag is one byte.
type fields uint16

func (f fields) has(n protowire.Number) bool { return n < 16 && f>>n&1 == 1 }

func of(numbers ...int) (f fields) {
	for _, n := range numbers {
		f |= 1 << n
	}
	return f
}

// Layouts of requests.
var (
	Spans   = Layout{of(1), of(2), of(2)}
	Records = Spans
	// Points are in a metric's gauge, sum, histogram, exponential histogram or summary.
	Points = Layout{of(1), of(2), of(2), of(5, 7, 9, 10, 11), of(1)}
)

// Piece is a request that has some of the items.
type Piece struct {
	Data  []byte
	Items int
}

// Fits says whether a request may be that large.
type Fits func(items, bytes int) bool

// around is the most that a message takes around its content: a tag and a length.
const around = 1 + 5

// A request whose pieces would be larger than both is not cut: each repeats what its items have in common, so a resource that is nearly
// as large as a piece may be would be sent, and be in memory, once for each item.
const (
	mostGrowth = 4
	mostBytes  = 64 << 20
)

// ErrGrows is for requests that would grow too much.
var ErrGrows = errors.New("what its items have in common is too large to be sent with so few of them at once")

// Request cuts a request into such that fit, with the same items in the same order. An item that is too large alone is a request of its
// own. Resources, scopes and metrics without any item are left out. The error is ErrGrows, or what is wrong with the encoding.
func (l Layout) Request(data []byte, fits Fits) ([]Piece, error) {
	c := cutter{layout: l, fits: fits, open: []box{{}}, most: max(mostGrowth*len(data), mostBytes)}
	err := c.walk(data)
	if err == nil {
		err = c.finish()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot cut a request: %w", err)
	}
	return c.pieces, nil
}

// box is a message on the way down to an item.
type box struct {
	tag  byte
	own  []byte // what its items have in common, which each piece repeats
	body []byte // what is in it of the piece that is being made
}

type cutter struct {
	layout Layout
	fits   Fits
	open   []box // the request, and in it the messages around the next item
	items  int
	pieces []Piece
	most   int // bytes that may still be made
}

// walk goes through the fields of the innermost message that hold items.
func (c *cutter) walk(message []byte) error {
	level := len(c.open) - 1
	return each(message, func(n protowire.Number, field, value []byte) error {
		switch {
		case !c.layout[level].has(n):
			return nil
		case value == nil:
			return errors.New("a number where a message should be")
		case level == len(c.layout)-1:
			return c.item(field)
		}
		own, err := c.layout[level+1].others(value)
		if err != nil {
			return err
		}
		c.open = append(c.open, box{tag: field[0], own: own})
		if err := c.walk(value); err != nil {
			return err
		}
		c.shut(level + 1)
		c.open = c.open[:level+1]
		return nil
	})
}

// item puts an item, with its tag, into the piece, or begins another piece with it.
func (c *cutter) item(field []byte) error {
	size := len(field)
	for i := range c.open {
		size += len(c.open[i].own) + len(c.open[i].body) + around
	}
	if c.items > 0 && !c.fits(c.items+1, size) {
		if err := c.finish(); err != nil {
			return err
		}
	}
	inner := &c.open[len(c.open)-1]
	inner.body = append(inner.body, field...)
	c.items++
	return nil
}

// shut puts a message into the one around it, unless there is nothing in it.
func (c *cutter) shut(level int) {
	b, outer := &c.open[level], &c.open[level-1]
	if len(b.body) == 0 {
		return
	}
	outer.body = append(outer.body, b.tag)
	outer.body = protowire.AppendVarint(outer.body, uint64(len(b.own)+len(b.body)))
	outer.body = append(append(outer.body, b.own...), b.body...)
	b.body = b.body[:0]
}

// finish ends a piece. What is open stays so for the next.
func (c *cutter) finish() error {
	for level := len(c.open) - 1; level > 0; level-- {
		c.shut(level)
	}
	if c.items > 0 {
		if c.most -= len(c.open[0].body); c.most < 0 {
			return ErrGrows
		}
		c.pieces = append(c.pieces, Piece{c.open[0].body, c.items})
		c.open[0].body, c.items = nil, 0
	}
	return nil
}

// others are the fields of a message that are not in the set.
func (f fields) others(message []byte) (own []byte, err error) {
	err = each(message, func(n protowire.Number, field, _ []byte) error {
		if !f.has(n) {
			own = append(own, field...)
		}
		return nil
	})
	return own, err
}

// each calls for every field of a message: all of it, and its value where that has a length.
func each(message []byte, do func(n protowire.Number, field, value []byte) error) error {
	for len(message) > 0 {
		n, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return protowire.ParseError(tag)
		}
		size := protowire.ConsumeFieldValue(n, kind, message[tag:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		var value []byte
		if kind == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(message[tag:])
			if value == nil {
				value = []byte{}
			}
		}
		if err := do(n, message[:tag+size], value); err != nil {
			return err
		}
		message = message[tag+size:]
	}
	return nil
}
