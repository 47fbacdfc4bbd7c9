package report

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// recordedDays are counters of the book whose growth is recorded for each day of the budgets: days are kept for longer than what they were made of.
var recordedDays = map[string]string{
	bookedUSD: "llm:cost_usd:day", bookedCalls: "llm:calls:day", bookedTokens: "llm:tokens:day", bookedUnpriced: "llm:unpriced:day",
}

// gone says that the samples of the beginning are not there: any more, or at all.
func (g grown) gone() bool { return !g.known && (g.young || len(g.rows) == 0) }

// recordedDay is by what a counter grew on a day that is recorded, and false of one that is not. The day before must be too: else the history
// may have begun on that day, and has only a part of it.
func recordedDay(a *ask, counter string, from, to time.Time) (grown, bool) {
	for _, end := range []time.Time{from, to} {
		if len(a.vector("llm:recorded:day", end)) == 0 {
			return grown{}, false
		}
	}
	g := grown{known: true}
	for _, row := range readBook(a, recordedDays[counter], to) {
		g.rows = append(g.rows, row)
	}
	return g, true
}

// spentByThen is what was spent from the first moment of a month up to another one in it, day by day where the samples of its beginning are gone.
func (r *Report) spentByThen(a *ask, from, to time.Time) *float64 {
	g := r.compared(a, from, to)
	if !g.gone() {
		return g.usd()
	}
	var sum nano
	for day, zone := from, from.Location(); day.Before(to); {
		y, m, d := day.In(zone).Date()
		next := midnight.Of(zone, y, m, d+1)
		if next.After(to) {
			g = r.between(a, bookedUSD, day, to)
		} else {
			g = r.ofDay(a, bookedUSD, day, next)
		}
		if !g.known || a.ctx.Err() != nil {
			return nil
		}
		sum += g.total()
		day = next
	}
	return sum.usd()
}
