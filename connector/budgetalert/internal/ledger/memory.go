package ledger

import (
	"context"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Memory is a ledger that lasts as long as the process: for tests, and as the model of those that last longer.
type Memory struct {
	options Options
	hasher  *genai.Hasher

	mu      sync.Mutex
	state   *State
	batches int64
}

// NewMemory makes one.
func NewMemory(o Options) *Memory {
	o = o.Filled()
	return &Memory{options: o, hasher: genai.HasherFrom(o.Seed), state: NewState(o)}
}

var _ Ledger = (*Memory)(nil)

// Hasher makes the ids.
func (m *Memory) Hasher() *genai.Hasher { return m.hasher }

// Record counts calls and decides.
func (m *Memory) Record(ctx context.Context, calls []Call, decide Decide) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := m.options.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.batches++
	m.state.Record(now, calls, decide)
	m.state.Show()
	return nil
}

// Change decides without a batch.
func (m *Memory) Change(ctx context.Context, decide Decide) error {
	return m.Record(ctx, nil, decide)
}

// Series visits slots. The ledger waits until it is done, as with all visits.
func (m *Memory) Series(_ context.Context, prefix string, visit func(series string, slot, amount int64)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Series(prefix, visit)
	return nil
}

// Marks visits marks.
func (m *Memory) Marks(_ context.Context, prefix string, visit func(key string, value []byte)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Sweep(m.options.Now())
	m.state.Marks(prefix, visit)
	return nil
}

// Outbox takes alerts to deliver.
func (m *Memory) Outbox(_ context.Context, n int) ([]Alert, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state.Outbox(n), nil
}

// Delivered removes alerts.
func (m *Memory) Delivered(_ context.Context, ids []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Delivered(ids)
	return nil
}

// Book visits rows.
func (m *Memory) Book(_ context.Context, from, to int64, visit func(hour int64, row *book.Row, sums *book.Sums)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Book().Visit(from, to, visit)
	return nil
}

// Booked visits totals.
func (m *Memory) Booked(visit func(row *book.Row, sums *book.Sums, began time.Time)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Book().Totals(visit)
}

// Stats tells of the ledger.
func (m *Memory) Stats() Stats {
	now := m.options.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	stats := m.state.Stats(now)
	stats.Commits, stats.Requests = m.batches, m.batches
	return stats
}

// Close does nothing: there is nothing to close.
func (*Memory) Close() error { return nil }
