package budgetalert

import (
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
)

// said is what was exported last: between two whole exports only what is different goes out.
type said struct {
	rows   map[uint64]book.Sums
	levels map[string]budget.Level
}

// standing is what spend and the configuration change of a level. What time alone changes, the forecast, is said with the interval.
type standing struct {
	start        time.Time
	spent, limit float64
}

func newSaid() said {
	return said{rows: map[uint64]book.Sums{}, levels: map[string]budget.Level{}}
}

// news leaves what is different.
func (s *said) news(rows []bookedRow, levels []budget.Level) ([]bookedRow, []budget.Level) {
	rows = slices.DeleteFunc(rows, func(row bookedRow) bool {
		before, ok := s.rows[row.hash]
		return ok && before == row.sums
	})
	levels = slices.DeleteFunc(levels, func(l budget.Level) bool {
		before, ok := s.levels[levelKey(&l)]
		return ok && standingOf(&before) == standingOf(&l)
	})
	return rows, levels
}

// keep remembers what was exported; all says that this is everything that there is.
func (s *said) keep(rows []bookedRow, levels []budget.Level, all bool) {
	if all {
		clear(s.rows)
		clear(s.levels)
	}
	for i := range rows {
		s.rows[rows[i].hash] = rows[i].sums
	}
	for i := range levels {
		s.levels[levelKey(&levels[i])] = levels[i]
	}
}

// turn is a level as it was said last and as it is now, nil where it is gone: gauges that it had and has no more end.
type turn struct{ was, is *budget.Level }

// turns are those of the levels in an export; all says that it has everything that there is.
func (s *said) turns(levels []budget.Level, all bool) (turns []turn) {
	here := make(map[string]bool, len(levels))
	for i := range levels {
		key := levelKey(&levels[i])
		here[key] = true
		if was, ok := s.levels[key]; ok {
			turns = append(turns, turn{&was, &levels[i]})
		}
	}
	for key, was := range s.levels {
		if all && !here[key] {
			turns = append(turns, turn{was: &was})
		}
	}
	return turns
}

// levelKey tells the series of levels apart, as their attributes do.
func levelKey(l *budget.Level) string {
	key := l.Budget + "\x00" + l.Period
	if l.Overflow {
		return key + "\x00"
	}
	for name, value := range groupOf(l) {
		key += "\x00" + name + "\x00" + value
	}
	return key
}

func standingOf(l *budget.Level) standing { return standing{l.Start, l.Spent, l.Limit} }
