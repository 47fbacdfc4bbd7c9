package budgetalert

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
)

// counterWorld is a gateway with a cost counter, on a ledger that outlasts it.
type counterWorld struct {
	t      *testing.T
	now    time.Time
	ledger *ledger.Memory
	state  *state
}

func newCounterWorld(t *testing.T) *counterWorld {
	w := &counterWorld{t: t, now: noon}
	w.ledger = ledger.NewMemory(ledger.Options{Now: func() time.Time { return w.now }})
	w.restart()
	return w
}

func (w *counterWorld) restart() {
	cfg := testConfig(w.t)
	cfg.CostCounters, cfg.Thresholds = []string{"claude_code.cost.usage"}, nil
	cfg.Budgets = []budget.Config{{Name: "all", Period: "day", LimitUSD: limitUSD(1000)}}
	s, err := newState(cfg, connectortest.NewNopSettings(metadata.Type))
	require.NoError(w.t, err)
	w.t.Cleanup(s.telemetry.Shutdown)
	s.ledger = newWaking(w.ledger, make(chan struct{}, 1))
	require.NoError(w.t, s.prepare(w.t.Context(), w.now))
	w.state = s
}

// shows has the counter, which began an hour before noon, show a value now.
func (w *counterWorld) shows(usd float64) {
	w.t.Helper()
	md := costCounter(pmetric.AggregationTemporalityCumulative, noon.Add(-time.Hour), w.now, usd)
	require.NoError(w.t, w.state.recordMetrics(w.t.Context(), md, w.now))
}

func (w *counterWorld) spent() float64 {
	w.t.Helper()
	levels, err := w.state.levels(w.t.Context(), w.now)
	require.NoError(w.t, err)
	return levels[0].Spent
}

// What a cumulative counter rose by while the gateway was away counts when it is back, once.
func TestACostCounterOverARestart(t *testing.T) {
	w := newCounterWorld(t)
	w.shows(7)
	require.Zero(t, w.spent(), "what it had before the gateway knew it")
	w.restart()
	w.now = w.now.Add(time.Minute)
	w.shows(8)
	require.Equal(t, 1.0, w.spent(), "since it was known")
	w.restart()
	w.shows(8)
	require.Equal(t, 1.0, w.spent(), "sent again to the next process")
	w.now = w.now.Add(10 * time.Minute)
	w.shows(12)
	w.shows(12)
	require.Equal(t, 5.0, w.spent())
	w.restart()
	w.now = w.now.Add(counterIdle + time.Hour)
	w.shows(50)
	require.Zero(t, w.spent(), "too long ago: another day, and nobody knows of which the rest is")
}

// Two requests with points of one counter may reach the ledger in another order than they were read: the later point is kept.
func TestTheLaterPointOfACounterIsKept(t *testing.T) {
	w := newCounterWorld(t)
	at := pcommon.NewTimestampFromTime(noon)
	early, late := counterValue{at: at, value: 7}, counterValue{at: at + 1, value: 8}
	for _, v := range []counterValue{late, early} {
		require.NoError(t, w.ledger.Change(t.Context(), keepCounters([]ledger.Change{v.mark(5)})))
	}
	w.restart()
	got, known := w.state.counters.last.Get(5, w.now)
	require.True(t, known)
	require.Equal(t, late, got)
}

// A value that is no amount is refused, and what comes after it is measured from the one before it.
func TestAbsurdValuesOfACostCounter(t *testing.T) {
	w := newCounterWorld(t)
	w.shows(7)
	for _, absurd := range []float64{math.NaN(), math.Inf(1), -3, 1e308} {
		w.now = w.now.Add(time.Minute)
		w.shows(absurd)
	}
	w.now = w.now.Add(time.Minute)
	w.shows(9)
	require.Equal(t, 2.0, w.spent())
}

// A counter that does not say whether its points are totals is no money: counted as what was added, a total would add up each time.
func TestACounterWithoutATemporality(t *testing.T) {
	w := newCounterWorld(t)
	for range 3 {
		w.now = w.now.Add(time.Minute)
		md := costCounter(pmetric.AggregationTemporalityUnspecified, noon, w.now, 5)
		require.NoError(t, w.state.recordMetrics(t.Context(), md, w.now))
	}
	require.Zero(t, w.spent())
	w.now = w.now.Add(time.Minute)
	require.NoError(t, w.state.recordMetrics(t.Context(), costCounter(pmetric.AggregationTemporalityDelta, noon, w.now, 5), w.now))
	require.Equal(t, 5.0, w.spent())
}

func TestDamagedMarksOfCountersAreNone(t *testing.T) {
	v := counterValue{at: 1}
	good := v.mark(1)
	for key, value := range map[string][]byte{"counter|x": good.Value, good.Key: good.Value[1:], good.Key + "00": good.Value} {
		_, _, ok := readCounterMark(key, value)
		require.False(t, ok, key)
	}
}
