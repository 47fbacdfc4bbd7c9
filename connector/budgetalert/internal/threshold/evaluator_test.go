package threshold

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

func newEvaluator(t testing.TB, yaml string, o Options) (*Evaluator, *failing) {
	t.Helper()
	var list []Config
	if yaml == "" {
		list = Defaults()
	} else {
		list = parseConfig(t.(*testing.T), yaml)
	}
	l := &failing{Ledger: ledger.NewMemory(ledger.Options{Now: func() time.Time { return noon }})}
	e, err := New(list, l, o)
	require.NoError(t, err)
	require.NoError(t, e.Restore(t.Context(), noon))
	l.changes = 0
	return e, l
}

// levels is one gauge of many rooms.
func levels(v float64, rooms ...string) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("a.level")
	points := m.SetEmptyGauge().DataPoints()
	for _, room := range rooms {
		p := points.AppendEmpty()
		p.SetDoubleValue(v)
		p.Attributes().PutStr("room", room)
	}
	return md
}

func rooms(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint("room-", i))
	}
	return all
}

const level = "thresholds: [{name: A, metric: a.level, above: 10, for: 0s}]"

func TestWhatTellsNothingWritesNothing(t *testing.T) {
	e, l := newEvaluator(t, level, Options{})
	for i := range 100 {
		require.NoError(t, e.Metrics(t.Context(), levels(5, "a", "b"), noon.Add(time.Duration(i)*s10)))
		require.NoError(t, e.Metrics(t.Context(), memory(1), noon.Add(time.Duration(i)*s10)))
		require.NoError(t, e.Tick(t.Context(), noon.Add(time.Duration(i)*s10)))
		require.NoError(t, e.Flush(t.Context(), noon.Add(time.Duration(i)*s10)))
	}
	assert.Zero(t, l.changes)
	require.NoError(t, e.Metrics(t.Context(), levels(50, rooms(0, 100)...), noon.Add(time.Hour)))
	assert.Equal(t, 1, l.changes, "what one batch tells is one write")
}

func TestSeriesAreBounded(t *testing.T) {
	e, l := newEvaluator(t, "thresholds: [{name: A, metric: a.level, above: 10, for: 0s, max_active: 30}]", Options{MaxSeries: 100})
	for i := range 50 {
		require.NoError(t, e.Metrics(t.Context(), levels(5, rooms(100*i, 100*i+100)...), noon))
	}
	assert.Equal(t, 100, e.Stats().Series)
	require.NoError(t, e.Metrics(t.Context(), levels(50, rooms(0, 1000)...), noon))
	st := e.Stats()
	assert.Equal(t, 30, st.Open)
	assert.LessOrEqual(t, len(e.busy), 101, "one more for the alert that there are too many")
	assert.EqualValues(t, 900, st.TooManySeries)
	assert.EqualValues(t, 31, st.Fired)
	out, err := l.Outbox(t.Context(), 1000)
	require.NoError(t, err)
	assert.Len(t, out, 31)
	// What is open is followed whatever else comes.
	require.NoError(t, e.Metrics(t.Context(), levels(5, rooms(1000, 2000)...), noon.Add(time.Second)))
	assert.Equal(t, 30, e.Stats().Open)
}

func TestSlowSpansAreBounded(t *testing.T) {
	e, _ := newEvaluator(t, "", Options{MaxSeries: 50})
	for i := range maxNoted + 5 {
		e.Span(&SpanCall{Service: fmt.Sprint(i), Duration: time.Minute, End: noon}, noon)
	}
	require.NoError(t, e.Flush(t.Context(), noon))
	st := e.Stats()
	assert.EqualValues(t, 5, st.LostSpans)
	assert.Equal(t, 50, st.Open)
	assert.EqualValues(t, maxNoted-50, st.TooManySeries)
}

func TestSpansThatRaiseNothing(t *testing.T) {
	e, l := newEvaluator(t, "", Options{})
	for _, c := range []SpanCall{
		{Duration: 10 * time.Second, End: noon},
		{Duration: -time.Hour, End: noon},
		{Scope: ModelSpan, Duration: time.Hour, End: noon},
		{Scope: 200, Duration: time.Hour, End: noon},
		{Duration: time.Hour, End: noon.Add(-11 * time.Minute)},
		{Duration: time.Hour, End: noon.Add(11 * time.Minute)},
		{Duration: 31 * 24 * time.Hour, End: noon},
		{Duration: time.Hour, End: time.Unix(0, 0)},
	} {
		assert.False(t, e.Span(&c, noon), "%+v", c)
	}
	require.NoError(t, e.Flush(t.Context(), noon))
	require.NoError(t, e.Tick(t.Context(), noon))
	assert.Zero(t, l.changes)
	st := e.Stats()
	assert.Equal(t, [3]int64{4, 3, 1}, [3]int64{st.SlowSpans, st.LateSpans, st.BadSpans})
}

func TestAQuickSpanCostsNothing(t *testing.T) {
	e, _ := newEvaluator(t, "", Options{})
	c := &SpanCall{Service: "s", Duration: time.Second, End: noon}
	assert.Zero(t, testing.AllocsPerRun(100, func() { e.Span(c, noon) }))
}

// The hot path, batches and ticks at once; run with -race.
func TestEverythingAtOnce(t *testing.T) {
	e, l := newEvaluator(t, `thresholds:
  - {name: A, metric: a.level, above: 10, for: 0s}
  - {name: B, span: {scope: agent, duration_above: 1s}}`, Options{})
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 50 {
				now := noon.Add(time.Duration(i) * time.Second)
				e.Span(&SpanCall{Service: fmt.Sprint("s", i%3), Duration: time.Minute, End: now}, now)
				assert.NoError(t, e.Metrics(t.Context(), levels(float64(i%2*20), fmt.Sprint("room", w)), now))
				assert.NoError(t, e.Flush(t.Context(), now))
				assert.NoError(t, e.Tick(t.Context(), now))
				e.Stats()
			}
		})
	}
	all.Wait()
	assert.Equal(t, 7, e.Stats().Open)
	out, err := l.Outbox(t.Context(), 100)
	require.NoError(t, err)
	assert.Len(t, out, 7)
}
