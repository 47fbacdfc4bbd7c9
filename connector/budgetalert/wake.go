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

// Record is Begin and the wait.
func (w *waking) Record(ctx context.Context, calls []ledger.Call, decide ledger.Decide) error {
	wait, err := w.Begin(ctx, calls, decide)
	if err != nil {
		return err
	}
	return wait()
}

// Begin is part of ledger.Beginning.
func (w *waking) Begin(ctx context.Context, calls []ledger.Call, decide ledger.Decide) (wait func() error, err error) {
	raised := new(atomic.Bool)
	recorded, err := ledger.Begin(ctx, w.Ledger, calls, watched(decide, raised))
	if err != nil {
		w.wakeIf(true)
		return nil, err
	}
	if raised.Load() { // an alert waits for nobody
		err := recorded()
		w.wakeIf(true)
		return func() error { return nil }, err
	}
	return func() error {
		err := recorded()
		w.wakeIf(err != nil)
		return err
	}, nil
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
