package budget

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// Forecast methods.
const (
	methodLinear  = "linear"
	methodWeekday = "weekday"
)

// DefaultLateWindow is how late a call may come and still count.
const DefaultLateWindow = 24 * time.Hour

// Options are what all budgets share.
type Options struct {
	Timezone   string        // of budgets without one of their own; "" is UTC
	LateWindow time.Duration // how long after its end a call may come and still count; 0 is DefaultLateWindow
	BookKeys   []GroupKey    // `book.by`, in its order: what a row's Keys are
	PageURL    string        // alert.url begins with it; "" for none
}

// Engine decides. All methods may be called from any goroutine. Its lock is never held while the ledger is called; the ledger calls back
// and then it is taken.
type Engine struct {
	options Options
	ledger  ledger.Ledger
	late    int64

	// swept is the minute of the last sweep. Two sweeps at once would be work for nothing.
	sweeping sync.Mutex
	swept    int64
	read     map[string]read
	since    int64 // when the rules were read; of who sweeps and, to read it, of who holds mu
	booked   int64 // since when the book is kept; as since

	mu       sync.Mutex
	rules    []*rule
	postings uint64
	stats    Stats
	days     calendar
	lateTold int64
}

// NewEngine reads from the ledger what was spent and what fires, resolves alerts of budgets that are gone, and lets new budgets begin
// with what the book has of their running period. The configuration is valid.
func NewEngine(ctx context.Context, o Options, budgets []Config, overrides []Override, l ledger.Ledger, now time.Time) (*Engine, error) {
	zone, err := loadZone(o.Timezone)
	if err != nil {
		return nil, err
	}
	o.BookKeys = slices.Clone(o.BookKeys)
	for i := range o.BookKeys {
		o.BookKeys[i].From = firstOf(o.BookKeys[i].From, FromSpan)
	}
	e := &Engine{
		options: o, ledger: l, late: int64(firstOf(o.LateWindow, DefaultLateWindow) / time.Second), days: calendar{kind: Day, zone: zone},
	}
	return e, e.Reload(ctx, budgets, overrides, now)
}

// Reload takes other budgets. Share.Budget of spends that are recorded from now on is an index of these: the caller sees to it that nothing
// is recorded meanwhile, and afterwards nothing that was read for the old list. After an error the old budgets stay. What can wait, such as
// alerts that are to be resolved, is tried again by Tick.
func (e *Engine) Reload(ctx context.Context, budgets []Config, overrides []Override, now time.Time) error {
	rules, err := compile(&e.options, budgets, overrides)
	if err != nil {
		return err
	}
	e.sweeping.Lock()
	defer e.sweeping.Unlock()
	if err := e.begin(ctx, rules, now.Unix()); err != nil {
		return err
	}
	booked := e.countedSince(true, now.Unix())
	e.mu.Lock()
	e.rules, e.since, e.booked = rules, now.Unix(), booked
	e.mu.Unlock()
	e.swept = 0
	_ = e.look(ctx, now.Unix()) // Tick will say what is wrong
	return nil
}

// look is the work of a minute.
func (e *Engine) look(ctx context.Context, now int64) error {
	if err := e.readShared(ctx); err != nil {
		return err
	}
	if err := e.sweep(ctx, now); err != nil {
		return err
	}
	e.swept = floor(now, 60)
	return nil
}

// Record counts calls and raises alerts. It returns when that is durable; after an error nothing was counted and the same spends can be
// recorded again.
func (e *Engine) Record(ctx context.Context, spends []Spend, now time.Time) error {
	wait, err := e.Begin(ctx, spends, now, nil)
	if err != nil {
		return err
	}
	return wait()
}

// Begin is Record up to the moment from which it waits until all is durable: spends are the caller's again. The rest is wait, which must be
// called. The changes of also, which may be nil, are made together with what the spends bring.
func (e *Engine) Begin(ctx context.Context, spends []Spend, now time.Time, also ledger.Decide) (wait func() error, err error) {
	e.mu.Lock()
	b := e.prepare(spends, now)
	e.mu.Unlock()
	if len(b.calls) == 0 && !b.aside && also == nil {
		b.release()
		return ctx.Err, nil
	}
	recorded, err := ledger.Begin(ctx, e.ledger, b.calls, func(v ledger.View) []ledger.Change {
		changes := e.decide(v, b)
		if also != nil {
			changes = append(changes, also(v)...)
		}
		return changes
	})
	if err != nil {
		b.release()
		return nil, err
	}
	return func() error {
		defer b.release()
		if err := recorded(); err != nil {
			return err
		}
		e.learn(b)
		return nil
	}, nil
}

// learn takes over what a posting that is recorded found.
func (e *Engine) learn(b *posting) {
	if len(b.latched) == 0 && !b.aside {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stats.add(&b.stats)
	for _, l := range b.latched {
		l.group.known.start, l.group.known.level = l.start, l.level
	}
}

// Tick does what time brings: periods end, forecasts and rates are looked at, runs end. It is called each second and does its work once a
// minute: every period begins with one.
func (e *Engine) Tick(ctx context.Context, now time.Time) error {
	e.sweeping.Lock()
	defer e.sweeping.Unlock()
	if floor(now.Unix(), 60) == e.swept {
		return ctx.Err()
	}
	return e.look(ctx, now.Unix())
}

// Stats counts what is in no total.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.stats
	s.OpenRuns, s.Differ = 0, nil
	for _, r := range e.rules {
		if r.differs {
			s.Differ = append(s.Differ, r.name)
		}
		s.OpenRuns += r.open
	}
	return s
}
