package budget

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// sincePrefix begins the marks that say since when a budget is counted. All replicas share them, as they share what was spent.
const sincePrefix = "budget|since|"

// countedSince is since when a budget that begins now counts what is spent: the book's beginning where the book can tell what belongs to it.
// What the clock said wrongly, ahead of now, is not believed.
func (e *Engine) countedSince(told bool, now int64) int64 {
	since := now
	if told {
		e.ledger.Booked(func(_ *book.Row, _ *book.Sums, began time.Time) { since = min(since, began.Unix()) })
	}
	return since
}

// sinceMark says it, unless a replica with an older book has. No period is as long as the mark is kept.
func sinceMark(v ledger.View, r *rule, since int64) []ledger.Change {
	key := sincePrefix + r.series
	old := v.Mark(key)
	if known, err := strconv.ParseInt(string(old), 10, 64); err == nil && known <= since {
		return nil
	}
	return []ledger.Change{{Key: key, Value: strconv.AppendInt(nil, since, 10), Expires: since + keptFiring, IfAbsent: old == nil}}
}

// readShared takes over what all replicas say of the budgets: since when each is counted, and whether another one has other limits than what
// this one has said before.
func (e *Engine) readShared(ctx context.Context) error {
	sinces, limits := map[string]int64{}, map[string]string{}
	err := errors.Join(
		e.ledger.Marks(ctx, sincePrefix, func(key string, value []byte) {
			if since, err := strconv.ParseInt(string(value), 10, 64); err == nil {
				sinces[key[len(sincePrefix):]] = since
			}
		}),
		e.ledger.Marks(ctx, limitsPrefix, func(key string, value []byte) { limits[key[len(limitsPrefix):]], _ = readLimits(value) }),
	)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.rules {
		r.since = sinces[r.series]
		said := limits[r.series]
		r.differs = r.limitsSaid != "" && said != "" && said != r.limitsSaid
	}
	return nil
}

// seen is the part of a period in which the budget was counted: a gateway that began late in a month knows only what was spent since.
func (r *rule) seen(w window, now int64) window {
	if r.since > w.start && r.since <= now {
		w.start = r.since
	}
	return w
}
