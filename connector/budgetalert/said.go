package budgetalert

import (
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
)

// said is what was exported last: between two whole exports only what is different goes out.
type said struct {
	rows   map[uint64]book.Sums
	levels map[string]standing
}

// standing is what spend and the configuration change of a level. What time alone changes, the forecast, is said with the interval.
type standing struct {
	start        time.Time
	spent, limit float64
}

func newSaid() said {
	return said{rows: map[uint64]book.Sums{}, levels: map[string]standing{}}
}

// news leaves what is different.
func (s *said) news(rows []bookedRow, levels []budget.Level) ([]bookedRow, []budget.Level) {
	rows = slices.DeleteFunc(rows, func(row bookedRow) bool {
		before, ok := s.rows[row.hash]
		return ok && before == row.sums
	})
	levels = slices.DeleteFunc(levels, func(l budget.Level) bool {
		before, ok := s.levels[levelKey(&l)]
		return ok && before == standingOf(&l)
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
		s.levels[levelKey(&levels[i])] = standingOf(&levels[i])
	}
}

func levelKey(l *budget.Level) string {
	key := l.Budget + "\x00" + strings.Join(l.Values, "\x00")
	if l.Overflow {
		key += "\x00\x00"
	}
	return key
}

func standingOf(l *budget.Level) standing { return standing{l.Start, l.Spent, l.Limit} }
