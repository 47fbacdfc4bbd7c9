package budget

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// between is a ledger where something happens after the engine has looked and before it commits.
type between struct {
	ledger.Ledger
	happens func()
}

func (b *between) Change(ctx context.Context, decide ledger.Decide) error {
	if happens := b.happens; happens != nil {
		b.happens = nil
		happens()
	}
	return b.Ledger.Change(ctx, decide)
}

func TestSpendThatComesWhileAnAlertIsResolved(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: r, period: {rolling: 1h}, limit_usd: 100, thresholds: [1.0]}]")
	w.spend("a", 100)
	assert.Len(t, w.told(), 1)
	w.until("2026-11-20T12:59:59Z")
	b := &between{Ledger: w.ledger, happens: func() {
		require.NoError(t, w.engine.Record(context.Background(), []Spend{w.call("a", 95)}, w.now))
	}}
	w.engine.ledger = b
	w.until("2026-11-20T13:00:00Z")
	assert.Nil(t, b.happens)
	assert.Empty(t, w.told(), "95 are not well below 100")
}

// What a ledger has lost is no reason to say that all is well.
func TestLostSpendResolvesNothing(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: d, period: day, limit_usd: 100}]")
	w.spend("a", 100)
	assert.Len(t, w.told(), 1)
	r := w.engine.rules[0]
	slot := r.calendar.window(w.now.Unix()).start
	require.NoError(t, w.ledger.Record(context.Background(), []ledger.Call{{Adds: []ledger.Add{{Series: r.series + "s|", Slot: slot, Amount: -90e9}}}}, nil))
	require.Equal(t, 10.0, w.level("d").Spent)
	w.wait(5 * time.Minute)
	w.restart("")
	assert.Empty(t, w.told())
	w.restart("budgets: [{name: d, period: day, limit_usd: 200}]")
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED resolved limit_changed"}, w.told(), "another limit is one")
}

// Several replicas may find the same: one of them says it.
func TestStep(t *testing.T) {
	a := &ledger.Alert{ID: "id"}
	l := latch{Series: "s", Start: 1, End: 100, Basis: basisActual, Threshold: "1"}
	fire := l.step(state{stage: Firing}, a, 50)
	require.Len(t, fire, 1)
	assert.True(t, fire[0].IfAbsent)
	assert.Equal(t, a, fire[0].Alert)
	assert.Equal(t, int64(100+keptFiring), fire[0].Expires)

	over := l.step(state{stage: Closed}, a, 100)
	require.Len(t, over, 2)
	assert.True(t, over[0].IfAbsent)
	assert.Equal(t, a, over[0].Alert)
	assert.Equal(t, donePrefix+"id", over[0].Key)
	assert.Equal(t, fire[0].Key, over[1].Key)
	assert.False(t, over[1].IfAbsent)
	assert.Nil(t, over[1].Alert)
	assert.Equal(t, Closed, decodeLatch(over[1].Value).Stage)

	l = latch{Stage: Firing, Series: "s", Basis: basisActual, Threshold: "1"}
	again := l.step(state{}, a, 100)
	require.Len(t, again, 2)
	assert.Nil(t, again[1].Value, "released")
}

func TestBounds(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: m, period: month, limit_calls: 100}]")
	w.record(
		w.callAt(w.now.Add(-24*time.Hour), "a", 1), w.callAt(w.now.Add(10*time.Minute), "a", 1),
		w.callAt(w.now.Add(-24*time.Hour-time.Second), "a", 1), w.callAt(w.now.Add(10*time.Minute+time.Second), "a", 1),
	)
	assert.Equal(t, 2.0, w.level("m").Spent)
	assert.Equal(t, int64(1), w.engine.Stats().Late.Calls)
	assert.Equal(t, int64(1), w.engine.Stats().Future.Calls)
}

// A call that ended between two blocks and came when the second had begun.
func TestBlocksDivideTheTime(t *testing.T) {
	w := newWorld(t, "2026-11-20T12:00:00Z", "budgets: [{name: b, period: {block: 1h}, limit_calls: 3, thresholds: [1.0]}]")
	w.spend("a", 1)
	w.until("2026-11-20T14:00:00Z")
	w.spend("a", 1)
	assert.Equal(t, 1.0, w.level("b").Spent)
	w.record(w.callAt(utc(t, "2026-11-20T13:30:00Z"), "a", 1))
	l := w.level("b")
	assert.Equal(t, 2.0, l.Spent)
	assert.Equal(t, "2026-11-20T14:00:00Z", l.Start.Format(time.RFC3339), "that does not move it")
	w.record(w.callAt(utc(t, "2026-11-20T12:59:00Z"), "a", 1))
	assert.Equal(t, 2.0, w.level("b").Spent, "that one was of the first block")
	assert.Empty(t, w.told())
	w.record(w.callAt(utc(t, "2026-11-20T13:00:00Z"), "a", 1))
	assert.Equal(t, []string{"b BLOCK_BUDGET_EXCEEDED firing threshold"}, w.told())
}
