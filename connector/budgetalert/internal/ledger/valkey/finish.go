package valkey

import (
	"context"
	"errors"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// finish books what was fresh, decides, and answers those who wait.
func (l *Ledger) finish(ctx context.Context, group []*operation, replies []reply) {
	l.settle(ctx, group)
	var changes []change
	if len(group) > 0 && group[0].batch == nil && len(replies) == 1 { // it may be the answer to the question what changed
		l.apply(ctx, replies[0])
	}
	for _, op := range group {
		if op.batch != nil {
			l.apply(ctx, op.reply)
			l.learn(op.batch)
		}
		changes = append(changes, l.decided(ctx, op)...)
	}
	switch err := l.change(ctx, changes); {
	case errors.Is(err, errMoved):
		l.dials = -1 // the next commit looks
	case err != nil:
		l.down(err)
	}
	l.count(func(s *ledger.Stats) {
		if len(group) > 0 {
			s.Commits++
		}
		s.Requests += int64(len(group))
	})
	for _, op := range group {
		op.done <- nil
	}
}

// settle books what the server counted for this replica. The book knows ids too: a batch that is settled twice is booked once.
func (l *Ledger) settle(ctx context.Context, group []*operation) {
	var calls []ledger.Call
	for _, op := range group {
		if op.batch != nil {
			calls = append(calls, op.batch.counted(op.fresh)...)
		}
	}
	if len(calls) > 0 {
		if err := l.local.Record(ctx, calls, nil); err != nil {
			l.again = true
			l.count(func(s *ledger.Stats) { s.Failures++ })
			return
		}
	}
	for _, op := range group {
		if op.batch != nil {
			l.answered = append(l.answered, answered{op.batch.number, op.batch.ids(op.fresh)})
			l.known.answered = max(l.known.answered, op.batch.number)
		}
	}
}

// decided is what an operation wants to change, with the marks that it saw. They are set here at once, for the next decision.
func (l *Ledger) decided(ctx context.Context, op *operation) []change {
	if op.decide == nil {
		return nil
	}
	var changes []change
	for _, c := range op.decide(&view{ctx, l, op.fresh, l.options.Now().Unix()}) {
		if one, ok := l.overlay(c); ok {
			changes = append(changes, one)
		}
	}
	return changes
}

// apply takes over what changed in the server.
func (l *Ledger) apply(ctx context.Context, r reply) {
	if r.scan {
		if err := l.scan(ctx); err != nil {
			l.dials = -1
		}
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, field := range r.fields {
		l.cache.set(field, r.values[i])
	}
	if r.seq != "" {
		l.cache.seq, l.known.seq = r.seq, r.seq
	}
}

// learn notes when the slots of a batch end, so that the server need not be asked.
func (l *Ledger) learn(b *batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range b.slots {
		l.cache.learn(share{l.journal.replica, s.slot}.field(), s.expires)
	}
}
