package budget

import (
	"context"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// Forecast methods.
const (
	methodLinear  = "linear"
	methodWeekday = "weekday"
)

// Options are what all budgets share.
type Options struct {
	Timezone   string        // of budgets without one of their own; "" is UTC
	LateWindow time.Duration // how late a call may come and still count
	BookKeys   []string      // `book.by`, in its order: what a row's Keys are
	PageURL    string        // alert.url begins with it; "" for none
}

// Engine decides. All methods may be called from any goroutine.
type Engine struct {
	options Options
	ledger  ledger.Ledger

	mu    sync.Mutex
	rules []*rule
}

// NewEngine reads from the ledger what was spent and what fires, resolves alerts of budgets that are gone, and lets new budgets begin
// with what the book has of their running period. The configuration is valid.
func NewEngine(ctx context.Context, o Options, budgets []Config, overrides []Override, l ledger.Ledger, now time.Time) (*Engine, error) {
	e := &Engine{options: o, ledger: l}
	return e, e.Reload(ctx, budgets, overrides, now)
}

// Reload takes other budgets. Share.Budget of spends that are recorded from now on is an index of these: the caller sees to it that no
// spend that was read for the old list is recorded after it.
func (e *Engine) Reload(ctx context.Context, budgets []Config, overrides []Override, _ time.Time) error {
	rules, err := compile(&e.options, budgets, overrides)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules = rules
	return ctx.Err()
}

// Record counts calls and raises alerts. It returns when that is durable; after an error nothing was counted and the same spends can be
// recorded again.
func (e *Engine) Record(ctx context.Context, _ []Spend, _ time.Time) error {
	return ctx.Err()
}

// Tick does what time brings: periods end, forecasts and rates are looked at, runs end. It is called each second and is cheap where
// nothing is to do.
func (e *Engine) Tick(ctx context.Context, _ time.Time) error {
	return ctx.Err()
}

// Snapshot says where every budget and group stands, without single runs.
func (e *Engine) Snapshot(ctx context.Context, _ time.Time) ([]Level, error) {
	return nil, ctx.Err()
}

// Stats counts what is in no total.
func (e *Engine) Stats() Stats { return Stats{} }
