package budgetalert

import (
	"context"
	"sync/atomic"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// waking is a ledger that wakes the outbox after each commit that put an alert into it, and the export when it is told to: nothing waits
// for a poll.
type waking struct {
	ledger.Ledger
	wake, spent chan struct{}
}

func newWaking(l ledger.Ledger, wake chan struct{}) *waking {
	return &waking{Ledger: l, wake: wake, spent: make(chan struct{}, 1)}
}

func (w *waking) Record(ctx context.Context, calls []ledger.Call, decide ledger.Decide) error {
	var raised atomic.Bool
	err := w.Ledger.Record(ctx, calls, watched(decide, &raised))
	w.wakeIf(raised.Load() || err != nil)
	return err
}

// spend wakes the export: what it said is not true any more.
func (w *waking) spend() { ring(w.spent) }

func (w *waking) Change(ctx context.Context, decide ledger.Decide) error {
	var raised atomic.Bool
	err := w.Ledger.Change(ctx, watched(decide, &raised))
	w.wakeIf(raised.Load() || err != nil)
	return err
}

func watched(decide ledger.Decide, raised *atomic.Bool) ledger.Decide {
	if decide == nil {
		return nil
	}
	return func(v ledger.View) []ledger.Change {
		changes := decide(v)
		for i := range changes {
			if changes[i].Alert != nil {
				raised.Store(true)
			}
		}
		return changes
	}
}

func (w *waking) wakeIf(raised bool) {
	if raised {
		ring(w.wake)
	}
}

func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
