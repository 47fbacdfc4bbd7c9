package ledger

import (
	"cmp"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// slot is one amount of a series.
type slot struct {
	at, amount int64
	expires    int64 // Unix seconds; 0: never
	dirty      bool  // a store does not know it yet
}

// series is one thing that is added up over time: one slot a period, or one a minute.
type series struct {
	name  string
	slots []slot // by time
	sums  [2]sum // sums asked for last: a rolling budget asks for the same 1,440 minutes with every call
	next  uint8
}

type sum struct{ from, to, amount int64 }

// few slots are added up faster than a sum is looked for.
const few = 8

func (s *series) find(at int64) (int, bool) {
	if n := len(s.slots); n > 0 && s.slots[n-1].at == at {
		return n - 1, true
	}
	return slices.BinarySearchFunc(s.slots, at, func(s slot, at int64) int { return cmp.Compare(s.at, at) })
}

func (s *series) insert(i int, at, expires int64) {
	s.slots = slices.Insert(s.slots, i, slot{at: at, expires: expires})
}

// add adds to the slot that stands there.
func (s *series) add(i int, amount, expires int64) {
	one := &s.slots[i]
	one.amount = book.Saturate(one.amount, amount)
	if one.expires != 0 && (expires == 0 || expires > one.expires) {
		one.expires = expires
	}
	for k := range s.sums {
		if c := &s.sums[k]; c.from <= one.at && one.at < c.to {
			c.amount = book.Saturate(c.amount, amount)
		}
	}
}

func (s *series) remove(i int) {
	s.sums = [2]sum{}
	s.slots = slices.Delete(s.slots, i, i+1)
}

func (s *series) sum(from, to int64) int64 {
	if len(s.slots) <= few {
		return s.count(from, to)
	}
	for k := range s.sums {
		if c := &s.sums[k]; c.from == from && c.to == to {
			return c.amount
		}
	}
	c := &s.sums[s.next]
	s.next = (s.next + 1) % uint8(len(s.sums))
	*c = sum{from, to, s.count(from, to)}
	return c.amount
}

func (s *series) count(from, to int64) (amount int64) {
	i := 0
	if len(s.slots) > few {
		i, _ = s.find(from)
	}
	for ; i < len(s.slots) && s.slots[i].at < to; i++ {
		if s.slots[i].at >= from {
			amount = book.Saturate(amount, s.slots[i].amount)
		}
	}
	return amount
}
