package budget

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// hourPrefix begins the marks that hold what the book had of the hour in which a budget was removed: the budget counted that. They go when the
// book has no hours of that time any more.
const (
	hourPrefix = "budget|hour|"
	keptHour   = book.KeptHours * 3600
)

// absence is the time in which a budget was not there.
type absence struct {
	from   int64 // the beginning of its first hour; 0 of a budget that was never there
	hour   int64 // in which it began
	before map[string]book.Sums
}

// hourRow is a row of the book as such a mark has it.
type hourRow struct {
	Row  book.Row
	Sums book.Sums
}

// hourSoFar is the mark of the hour under way. What was being recorded for the budgets before is in it.
func (e *Engine) hourSoFar(ctx context.Context, now int64) (mark ledger.Change, err error) {
	if err := e.ledger.Change(ctx, func(ledger.View) []ledger.Change { return nil }); err != nil { // after what waits to be recorded
		return mark, err
	}
	var rows []hourRow
	err = e.ledger.Book(ctx, now/3600, now/3600+1, func(_ int64, row *book.Row, sums *book.Sums) {
		own := *row
		own.Keys = append([]string(nil), row.Keys...)
		rows = append(rows, hourRow{own, *sums})
	})
	if err != nil {
		return mark, err
	}
	value, err := json.Marshal(rows)
	return ledger.Change{Key: hourPrefix + strconv.FormatInt(now, 10), Value: value, Local: true, Expires: now + keptHour}, err
}

// forgetHours lets go of the hours for which no budget that is gone may ask: each holds up to book.MaxRows rows, and who takes budgets away and
// puts them back all day makes many.
func (e *Engine) forgetHours(ctx context.Context, away map[string]string) error {
	asked := map[string]bool{}
	for _, value := range away {
		asked[strings.TrimPrefix(value, gone)] = true
	}
	var changes []ledger.Change
	err := e.ledger.Marks(ctx, hourPrefix, func(key string, _ []byte) {
		if !asked[key[len(hourPrefix):]] {
			changes = append(changes, ledger.Change{Key: key, Local: true})
		}
	})
	if err != nil || len(changes) == 0 {
		return err
	}
	return e.ledger.Change(ctx, func(ledger.View) []ledger.Change { return changes })
}

// absence is the one that began at a time, as a mark says it. Where nobody knows any more what the book had then, that hour is left out: the
// budget has a part of it.
func (e *Engine) absence(ctx context.Context, since string) (a absence, err error) {
	at, _ := strconv.ParseInt(since, 10, 64)
	a = absence{from: floor(at, 3600) + 3600, hour: floor(at, 3600) / 3600}
	err = e.ledger.Marks(ctx, hourPrefix+since, func(_ string, value []byte) {
		var rows []hourRow
		if json.Unmarshal(value, &rows) != nil {
			return
		}
		a.from, a.before = a.hour*3600, make(map[string]book.Sums, len(rows))
		for i := range rows {
			a.before[string(book.AppendKey(nil, &rows[i].Row))] = rows[i].Sums
		}
	})
	return a, err
}

// after is what a row of the book got since then.
func (a *absence) after(hour int64, row *book.Row, sums *book.Sums) *book.Sums {
	before, known := a.before[string(book.AppendKey(nil, row))]
	if !known || hour != a.hour {
		return sums
	}
	rest := *sums
	rest.NanoUSD -= before.NanoUSD
	rest.Calls -= before.Calls
	for i := range rest.Tokens {
		rest.Tokens[i] -= before.Tokens[i]
	}
	return &rest
}
