package budget

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

const (
	begun = "on"
	gone  = "gone " // and since when
)

// begin lets each new budget start with what the book has of its running period, and remembers which budgets there are. The marks are of
// this replica, like the book: each one adds its own part, once.
func (e *Engine) begin(ctx context.Context, rules []*rule, now int64) error {
	marks := map[string]string{}
	err := e.ledger.Marks(ctx, begunPrefix, func(key string, value []byte) { marks[key] = string(value) })
	if err != nil {
		return err
	}
	for _, r := range rules {
		key := begunPrefix + r.series
		old, known := marks[key]
		delete(marks, key)
		if old == begun {
			continue
		}
		var away absence
		if known {
			if away, err = e.absence(ctx, strings.TrimPrefix(old, gone)); err != nil {
				return err
			}
		}
		if err := e.seed(ctx, r, key, &away, now); err != nil {
			return err
		}
	}
	if err := e.forgetHours(ctx, marks); err != nil {
		return err
	}
	if !slices.Contains(slices.Collect(maps.Values(marks)), begun) {
		return nil
	}
	hour, err := e.hourSoFar(ctx, now)
	if err != nil {
		return err
	}
	return e.ledger.Change(ctx, func(ledger.View) (changes []ledger.Change) {
		changes = append(changes, hour)
		for key, value := range marks {
			if value == begun {
				changes = append(changes, ledger.Change{
					Key: key, Value: []byte(gone + strconv.FormatInt(now, 10)), Local: true, Expires: now + keptFiring,
				})
			}
		}
		return changes
	})
}

// seed adds the rows of the book that belong to the running period of a new budget, or of one that is back, from when it was gone on.
func (e *Engine) seed(ctx context.Context, r *rule, key string, away *absence, now int64) error {
	adds := map[addKey]int64{}
	expires := map[addKey]int64{}
	of, ok := e.options.columns(r)
	w := r.current(now)
	if ok && r.period.Kind != Block {
		first := max(w.start, away.from)
		if r.forecast != nil && r.forecast.weekday {
			first = max(min(first, now-weekdayHistory), away.from)
		}
		hours := -floor(-first, 3600) / 3600 // an hour that began before the period is left out
		err := e.ledger.Book(ctx, hours, now/3600+1, func(hour int64, row *book.Row, sums *book.Sums) {
			e.mu.Lock()
			defer e.mu.Unlock()
			amount := r.counts(away.after(hour, row, sums))
			if amount == 0 {
				return
			}
			g := r.groupOfRow(of, row)
			t := hour * 3600
			if w.has(t) {
				slot, until := r.slot(w, t, e.late)
				adds[addKey{g.series, slot}] = add(adds[addKey{g.series, slot}], amount)
				expires[addKey{g.series, slot}] = until
			}
			if g.days != "" {
				day := r.daily.window(t)
				adds[addKey{g.days, day.start}] = add(adds[addKey{g.days, day.start}], amount)
				expires[addKey{g.days, day.start}] = day.end + weekdayHistory
			}
		})
		if err != nil {
			return err
		}
	}
	var calls []ledger.Call
	for k, amount := range adds {
		calls = append(calls, ledger.Call{
			ID: rand.Uint64() | 1, Minute: now / 60, //nolint:gosec // any number that no call has
			Adds: []ledger.Add{{Series: k.series, Slot: k.slot, Amount: amount, Expires: expires[k]}},
		})
	}
	since := e.countedSince(ok, now)
	return e.ledger.Record(ctx, calls, func(v ledger.View) []ledger.Change {
		changes := []ledger.Change{{Key: key, Value: []byte(begun), Local: true}}
		if away.from == 0 { // else the series has what was spent before it was gone
			changes = append(changes, sinceMark(v, r, since)...)
		}
		return changes
	})
}

type addKey struct {
	series string
	slot   int64
}

// groupOfRow is the group that a row of the book belongs to. What the book did not tell apart is nobody's.
func (r *rule) groupOfRow(of []func(*book.Row) string, row *book.Row) *group {
	if len(of) == 0 {
		g, _ := r.groupOf(nil)
		return g
	}
	if row.Overflow {
		return r.overflowGroup()
	}
	values := make([]string, len(of))
	for i, column := range of {
		values[i] = column(row)
	}
	g, _ := r.groupOf(values)
	return g
}
