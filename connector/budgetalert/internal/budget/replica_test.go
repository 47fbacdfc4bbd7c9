package budget

import (
	"context"
	"fmt"
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

// pair are two replicas, of which the second has read its budgets later.
type pair struct {
	*world
	old, young *Engine
	list       list
}

// newPair lets the second one begin with other budgets a second after the first one.
func newPair(t *testing.T, before, after string, spent float64) *pair {
	t.Helper()
	w := newWorld(t, "2026-11-20T12:00:00Z", before)
	w.spend("a", spent)
	p := &pair{world: w, old: w.engine, list: w.list}
	w.now = w.now.Add(time.Second)
	w.restart(after)
	p.young = w.engine
	return p
}

// both lets each replica record a call in turn, and look.
func (p *pair) both() {
	p.t.Helper()
	for range 5 {
		p.now = p.now.Add(time.Minute)
		newer := p.world.list
		for _, e := range []*Engine{p.old, p.young} {
			p.world.list = p.list
			if e == p.young {
				p.world.list = newer
			}
			require.NoError(p.t, e.Record(context.Background(), []Spend{p.call("a", 0.01)}, p.now))
			require.NoError(p.t, e.Tick(context.Background(), p.now))
		}
		p.world.list = newer
	}
}

// While replicas have different budgets, as in a rollout, what the newer ones mean is told once, and the old ones do not take it back.
func TestDifferentBudgetsAreNotToldInTurns(t *testing.T) {
	const day, rolling, run = "budgets: [{name: d, period: day, limit_usd: %v}]", "budgets: [{name: d, period: {rolling: 24h}, limit_usd: %v}]",
		"budgets: [{name: d, period: run, limit_usd: %v}]"
	for name, c := range map[string]struct {
		before, after string
		first, then   []string // what is told before the second replica comes, and afterwards
	}{
		"a higher limit": {
			fmt.Sprintf(day, 100), fmt.Sprintf(day, 200), []string{"d DAILY_BUDGET_WARNING firing threshold"}, []string{"d DAILY_BUDGET_WARNING resolved limit_changed"},
		},
		"a lower limit": {fmt.Sprintf(day, 200), fmt.Sprintf(day, 100), nil, []string{"d DAILY_BUDGET_WARNING firing limit_changed"}},
		"a higher limit of a rolling period": {
			fmt.Sprintf(rolling, 100), fmt.Sprintf(rolling, 200),
			[]string{"d ROLLING_BUDGET_WARNING firing threshold"},
			[]string{"d ROLLING_BUDGET_WARNING resolved limit_changed"},
		},
		"a lower limit of a rolling period": {fmt.Sprintf(rolling, 200), fmt.Sprintf(rolling, 100), nil, []string{"d ROLLING_BUDGET_WARNING firing limit_changed"}},
		"a higher limit of a run": {
			fmt.Sprintf(run, 100), fmt.Sprintf(run, 200), []string{"d RUN_BUDGET_WARNING firing threshold"}, []string{"d RUN_BUDGET_WARNING resolved limit_changed"},
		},
		"a budget less": {
			fmt.Sprintf(day, 100), "budgets: []", []string{"d DAILY_BUDGET_WARNING firing threshold"}, []string{"d DAILY_BUDGET_WARNING resolved budget_removed"},
		},
		"a budget more": {"budgets: []", fmt.Sprintf(day, 100), nil, []string{"d DAILY_BUDGET_WARNING firing threshold"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPair(t, c.before, c.after, 85)
			w.both()
			assert.Equal(t, append(c.first, c.then...), groupless(w.take()))
			require.NoError(t, w.old.Reload(context.Background(), w.world.list.Budgets, nil, w.now))
			w.list = w.world.list
			w.both()
			assert.Empty(t, groupless(w.take()), "now they have the same")
		})
	}
}

// Where who had the newer budgets is gone, the others decide again by theirs after a while; what was never told they tell at once.
func TestOldBudgetsCountAgain(t *testing.T) {
	w := newPair(t, "budgets: [{name: d, period: day, limit_usd: 100}]", "budgets: [{name: d, period: day, limit_usd: 200}]", 85)
	w.engine = w.old
	w.world.list = w.list
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING firing threshold", "d DAILY_BUDGET_WARNING resolved limit_changed"}, w.told())
	w.spend("a", 20)
	assert.Equal(t, []string{"d DAILY_BUDGET_EXCEEDED firing threshold"}, w.told(), "never told before")
	w.restart("")
	assert.Empty(t, w.told())

	w = newPair(t, "budgets: [{name: d, period: day, limit_usd: 100}]", "budgets: [{name: d, period: day, limit_usd: 200}]", 85)
	w.engine = w.old
	w.world.list = w.list
	w.take()
	w.wait(5 * time.Minute)
	assert.Empty(t, w.told())
	w.restart("")
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING firing limit_changed"}, w.told(), "read again, these are the newer ones")

	w = newPair(t, "budgets: [{name: d, period: day, limit_usd: 100}]", "budgets: [{name: d, period: day, limit_usd: 200}]", 85)
	w.engine = w.old
	w.take()
	w.wait(14 * time.Minute)
	assert.Empty(t, w.told())
	w.wait(2 * time.Minute)
	assert.Equal(t, []string{"d DAILY_BUDGET_WARNING firing threshold"}, w.told(), "whoever had the others is gone, or should be")
}

func TestLimitsMark(t *testing.T) {
	text, since := readLimits(limitsMark("100|a\nsince 7=3", 12))
	assert.Equal(t, "100|a\nsince 7=3", text)
	assert.EqualValues(t, 12, since)
	text, since = readLimits([]byte("100|0.8"))
	assert.Equal(t, "100|0.8", text)
	assert.Zero(t, since)
}

// Who has other limits than another replica knows of which budgets.
func TestReplicasThatDifferKnowIt(t *testing.T) {
	const before, after = "budgets: [{name: d, period: day, limit_usd: 100}, {name: m, period: month, limit_usd: 100}]",
		"budgets: [{name: d, period: day, limit_usd: 200}, {name: m, period: month, limit_usd: 100}]"
	p := newPair(t, before, before, 10)
	p.both()
	assert.Empty(t, p.old.Stats().Differ)
	p = newPair(t, before, after, 10)
	assert.Empty(t, p.young.Stats().Differ, "it has just said its own")
	p.both()
	assert.Equal(t, []string{"d"}, p.old.Stats().Differ)
	assert.Empty(t, p.young.Stats().Differ)
	require.NoError(t, p.old.Reload(t.Context(), p.world.list.Budgets, nil, p.now))
	p.both()
	assert.Empty(t, p.old.Stats().Differ, "all have the same")
}
