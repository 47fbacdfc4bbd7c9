package valkey

import (
	"context"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
)

// view is the ledger as a decision sees it. Only the committing goroutine writes what it reads.
type view struct {
	ctx   context.Context //nolint:containedctx // it lasts as long as one decision
	l     *Ledger
	fresh []bool
}

func (v *view) Fresh(call int) bool { return call < len(v.fresh) && v.fresh[call] }

func (v *view) Sum(series string, from, to int64) int64 {
	return book.Saturate(v.l.cache.sum(series, from, to), v.l.away.sum(series, from, to))
}

func (v *view) Mark(key string) []byte {
	if value, ok := v.l.marks[key]; ok {
		return value
	}
	return v.l.sharedMark(key)
}

func (v *view) Book(from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) {
	_ = v.l.local.Book(v.ctx, from, to, visit) // drivers of an alert: one that lacks them is better than none
}

func (l *Ledger) sharedMark(key string) []byte {
	if p, ok := l.away.marks[key]; ok {
		return p.value
	}
	return l.cache.marks[key]
}
