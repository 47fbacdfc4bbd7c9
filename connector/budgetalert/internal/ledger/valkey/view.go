package valkey

import (
	"context"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// view is the ledger as a decision sees it. Only the committing goroutine writes what it reads.
type view struct {
	ctx   context.Context //nolint:containedctx // it lasts as long as one decision
	l     *Ledger
	fresh []bool
	now   int64
}

func (v *view) Fresh(call int) bool { return call < len(v.fresh) && v.fresh[call] }

func (v *view) Sum(series string, from, to int64) int64 {
	return book.Saturate(v.l.cache.sum(series, from, to), v.l.away.sum(series, from, to))
}

func (v *view) Mark(key string) []byte {
	if value := v.l.localMark(key, v.now); value != nil {
		return value
	}
	return v.l.sharedMark(key, v.now)
}

func (v *view) Room(taken, more int) bool {
	if v.l.local.Stats().Outbox+taken+more <= v.l.options.MaxOutbox {
		return true
	}
	v.l.count(func(s *ledger.Stats) { s.Refused += int64(more) })
	return false
}

func (v *view) Book(from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) {
	_ = v.l.local.Book(v.ctx, from, to, visit) // drivers of an alert: one that lacks them is better than none
}

// localMark is a mark of this replica alone. Its end is not known after a start.
func (l *Ledger) localMark(key string, now int64) []byte {
	if m, ok := l.marks[key]; ok && !over(m.expires, now) {
		return m.value
	}
	return nil
}

// sharedMark is what this replica set while the server is away, or what the server holds.
func (l *Ledger) sharedMark(key string, now int64) []byte {
	if p, ok := l.away.marks[key]; ok {
		if over(p.expires, now) {
			return nil
		}
		return p.value
	}
	if over(l.cache.expires[string(markField)+key], now) {
		return nil
	}
	return l.cache.marks[key]
}

func over(expires, now int64) bool { return expires != 0 && expires <= now }
