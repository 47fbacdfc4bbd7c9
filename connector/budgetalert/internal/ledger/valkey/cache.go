package valkey

import (
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// cache is what the server holds, as of its sequence number: every script answers with what changed since, so it is exact when a script
// has just answered.
type cache struct {
	seq     string
	shares  map[string]int64  // field → what one replica added to one slot
	series  map[string]*slots // their sums over all replicas
	marks   map[string][]byte
	beats   map[string]heartbeat
	expires map[string]int64 // field → when the server drops it; unknown: not in here
	unknown map[string]struct{}
	changed map[string]struct{} // marks that were set or released since they were copied to the disk
}

// heartbeat says when a replica was last alive, by the server's clock, and in which epoch.
type heartbeat struct {
	epoch string
	at    int64
}

func newCache() *cache {
	return &cache{
		seq: "0", shares: map[string]int64{}, series: map[string]*slots{}, marks: map[string][]byte{}, beats: map[string]heartbeat{},
		expires: map[string]int64{}, unknown: map[string]struct{}{}, changed: map[string]struct{}{},
	}
}

// set takes over one field; nil: the server has it no more.
func (c *cache) set(field string, value *string) {
	if field == "" {
		return
	}
	switch field[0] {
	case shareField:
		c.setShare(field, value)
	case markField:
		c.setMark(field[1:], value)
		return
	case heartbeatField:
		if value == nil {
			delete(c.beats, field[1:])
			return
		}
		epoch, at, _ := strings.Cut(*value, " ")
		n, _ := strconv.ParseInt(at, 10, 64)
		c.beats[field[1:]] = heartbeat{epoch, n}
		return
	default:
		return
	}
	if value == nil {
		c.forget(field)
	} else if _, ok := c.expires[field]; !ok {
		c.unknown[field] = struct{}{}
	}
}

// setMark takes over a mark as the server holds it.
func (c *cache) setMark(key string, stored *string) {
	c.forget(string(markField) + key)
	c.changed[key] = struct{}{}
	if stored == nil {
		delete(c.marks, key)
		return
	}
	m := parseMark(*stored)
	c.marks[key] = m.value
	c.expires[string(markField)+key] = m.expires
}

// mark is a mark as the server holds it; nil where it does not.
func (c *cache) mark(key string) *string {
	value, ok := c.marks[key]
	if !ok {
		return nil
	}
	return ptr(mark{value, c.expires[string(markField)+key]}.String())
}

func (c *cache) forget(field string) {
	delete(c.expires, field)
	delete(c.unknown, field)
}

func (c *cache) setShare(field string, value *string) {
	s, ok := parseShare(field)
	if !ok {
		return
	}
	var sum int64
	if value != nil {
		sum, _ = strconv.ParseInt(*value, 10, 64)
	}
	old, had := c.shares[field]
	if value == nil {
		delete(c.shares, field)
		if had {
			c.add(s.slot, -old, -1)
		}
		return
	}
	c.shares[field] = sum
	if had {
		c.add(s.slot, sum-old, 0)
	} else {
		c.add(s.slot, sum, 1)
	}
}

// add changes a sum, and by how many replicas it is held: a slot that nobody holds is gone.
func (c *cache) add(at slot, amount int64, holders int) {
	s := c.series[at.series]
	if s == nil {
		s = &slots{}
		c.series[at.series] = s
	}
	s.add(at.start, amount, holders)
	if len(*s) == 0 {
		delete(c.series, at.series)
	}
}

func (c *cache) has(series string, start int64) bool {
	s := c.series[series]
	if s == nil {
		return false
	}
	_, ok := s.find(start)
	return ok
}

// learn notes when a field ends.
func (c *cache) learn(field string, expires int64) {
	delete(c.unknown, field)
	c.expires[field] = max(c.expires[field], expires)
}

// sum adds up the slots with from <= start < to.
func (c *cache) sum(series string, from, to int64) int64 {
	if s := c.series[series]; s != nil {
		return s.sum(from, to)
	}
	return 0
}

// over takes fields whose expiry has come: the server is to be asked whether they still stand.
func (c *cache) over(now int64) {
	for field, expires := range c.expires {
		if over(expires, now) {
			c.unknown[field] = struct{}{}
		}
	}
}

// ask takes up to limit of the fields whose expiry is not known.
func (c *cache) ask(limit int) []string {
	var fields []string
	for field := range c.unknown {
		if len(fields) == limit {
			break
		}
		fields = append(fields, field)
	}
	return fields
}

// slots are the sums of a series by their start, in order.
type slots []slotSum

type slotSum struct {
	start, sum int64
	holders    int
}

func (s *slots) find(start int64) (int, bool) {
	return slices.BinarySearchFunc(*s, start, func(a slotSum, start int64) int {
		switch {
		case a.start < start:
			return -1
		case a.start > start:
			return 1
		}
		return 0
	})
}

func (s *slots) add(start, amount int64, holders int) {
	at, ok := s.find(start)
	if !ok {
		*s = slices.Insert(*s, at, slotSum{start: start})
	}
	(*s)[at].sum = book.Saturate((*s)[at].sum, amount)
	(*s)[at].holders += holders
	if (*s)[at].holders == 0 {
		*s = slices.Delete(*s, at, at+1)
	}
}

func (s *slots) sum(from, to int64) int64 {
	var sum int64
	at, _ := s.find(from)
	for ; at < len(*s) && (*s)[at].start < to; at++ {
		sum = book.Saturate(sum, (*s)[at].sum)
	}
	return sum
}
