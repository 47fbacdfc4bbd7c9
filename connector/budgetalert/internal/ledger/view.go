package ledger

import (
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// view is the State as a decision sees it.
type view State

func (v *view) Fresh(call int) bool { return call < len(v.fresh) && v.fresh[call] }

func (v *view) Sum(series string, from, to int64) int64 {
	one := v.series[series]
	if one == nil {
		if one = v.series[clip(series)]; one == nil {
			return 0
		}
	}
	return one.sum(from, to)
}

func (v *view) Mark(key string) []byte { return (*State)(v).mark(key) }

func (v *view) Room(taken, more int) bool {
	if len(v.outbox.entries)+taken+more <= v.outbox.max {
		return true
	}
	(*State)(v).outbox.refused += int64(more)
	return false
}

func (v *view) Book(from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) {
	v.book.Visit(from, to, visit)
}

// Series visits the slots of the series whose name begins with prefix.
func (s *State) Series(prefix string, visit func(series string, slot, amount int64)) {
	for name, one := range s.series {
		if strings.HasPrefix(name, prefix) {
			for _, slot := range one.slots {
				visit(name, slot.at, slot.amount)
			}
		}
	}
}

// Marks visits the marks whose key begins with prefix.
func (s *State) Marks(prefix string, visit func(key string, value []byte)) {
	for key, m := range s.marks {
		if strings.HasPrefix(key, prefix) && !m.expired(s.now) {
			visit(key, m.value)
		}
	}
}

// Outbox are up to n alerts that may be given out.
func (s *State) Outbox(n int) []Alert { return s.outbox.first(n, s.durable) }

// Delivered takes alerts out of the outbox.
func (s *State) Delivered(ids []string) {
	numbers := s.outbox.remove(ids)
	if s.changed.on {
		s.changed.delivered = append(s.changed.delivered, numbers...)
	}
}

// Book is the book.
func (s *State) Book() *book.Book { return s.book }

// Stats tells what the state knows of itself.
func (s *State) Stats(now time.Time) Stats {
	return Stats{
		IDs: s.ids.n, Horizon: s.ids.horizon(now.Unix()), EvictedIDs: s.ids.evicted, Outbox: len(s.outbox.entries), Refused: s.outbox.refused,
		Doubt: s.clock.doubted(now),
	}
}
