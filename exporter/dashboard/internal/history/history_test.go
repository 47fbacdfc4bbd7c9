package history

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

var begin = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// heard is what the hooks heard.
type heard struct {
	mu       sync.Mutex
	appended int
	rejected map[string]int
	refused  map[string]int
	trouble  []error
}

func (h *heard) hooks() Hooks {
	h.rejected, h.refused = map[string]int{}, map[string]int{}
	return Hooks{
		Appended: func(n int) { h.mu.Lock(); defer h.mu.Unlock(); h.appended += n },
		Rejected: func(why string, n int) { h.mu.Lock(); defer h.mu.Unlock(); h.rejected[why] += n },
		Refused:  func(limit string) { h.mu.Lock(); defer h.mu.Unlock(); h.refused[limit]++ },
		Trouble:  func(err error) { h.mu.Lock(); defer h.mu.Unlock(); h.trouble = append(h.trouble, err) },
	}
}

func options(dir string, h *heard) Options {
	return Options{
		Dir: dir, Retention: 35 * 24 * time.Hour, MaxBytes: 1 << 30, MaxSeries: 1000,
		QueryTimeout: time.Minute, MaxSamples: 1_000_000, Concurrency: 4,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now:    func() time.Time { return begin },
		Free:   func(string) (uint64, error) { return 1 << 40, nil },
		Hooks:  h.hooks(),
	}
}

func open(t *testing.T, o Options) *History {
	t.Helper()
	h, err := Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, h.Close(context.Background())) })
	return h
}

// metrics makes metrics of one service, which add fills.
func metrics(add func(pmetric.MetricSlice)) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "shop")
	add(rm.ScopeMetrics().AppendEmpty().Metrics())
	return md
}

type value struct {
	start, at time.Time
	value     float64
	labels    map[string]any
}

// counter adds a total; a start of zero is none.
func counter(ms pmetric.MetricSlice, name string, values ...value) {
	m := ms.AppendEmpty()
	m.SetName(name)
	m.SetDescription("About " + name)
	s := m.SetEmptySum()
	s.SetIsMonotonic(true)
	s.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for _, v := range values {
		p := s.DataPoints().AppendEmpty()
		p.SetTimestamp(pcommon.NewTimestampFromTime(v.at))
		if !v.start.IsZero() {
			p.SetStartTimestamp(pcommon.NewTimestampFromTime(v.start))
		}
		p.SetDoubleValue(v.value)
		_ = p.Attributes().FromRaw(v.labels)
	}
}

func number(t *testing.T, h *History, expr string, at time.Time) float64 {
	t.Helper()
	s, err := h.Instant(t.Context(), expr, at)
	require.NoError(t, err)
	require.Len(t, s, 1, expr)
	return s[0].Value
}

func TestAppendAndQuery(t *testing.T) {
	var told heard
	dir := t.TempDir()
	h := open(t, options(dir, &told))
	md := metrics(func(ms pmetric.MetricSlice) {
		counter(ms, "llm.calls", value{begin.Add(-time.Hour), begin.Add(-time.Minute), 5, map[string]any{"model": "a"}})
	})
	require.NoError(t, h.Append(t.Context(), md))
	assert.Equal(t, 5.0, number(t, h, `llm_calls_total{model="a",job="shop"}`, begin))
	assert.Equal(t, 5.0, number(t, h, `sum(increase(llm_calls_total[2h] anchored))`, begin), "a series begins at 0 when it started")

	lines, err := h.Range(t.Context(), `llm_calls_total`, begin.Add(-2*time.Minute), begin, time.Minute)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	assert.Len(t, lines[0].Points, 2)
	assert.Equal(t, "a", lines[0].Labels["model"])

	require.NoError(t, h.Close(t.Context()))
	h = open(t, options(dir, &told))
	assert.Equal(t, 5.0, number(t, h, `llm_calls_total`, begin), "it is there after a restart")
	assert.Equal(t, map[string]family{"llm_calls_total": {Type: "counter", Help: "About llm.calls"}}, h.meta.get())
}

// One sample that cannot be there leaves all others alone.
func TestRejected(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) {
		counter(ms, "before", value{at: begin, value: 1})
	})))
	require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) {
		counter(ms, "mixed",
			value{at: begin.Add(11 * time.Minute), value: 1, labels: map[string]any{"n": "future"}},
			value{at: begin.Add(-61 * time.Minute), value: 2, labels: map[string]any{"n": "old"}},
			value{at: begin.Add(-29 * time.Minute), value: 3, labels: map[string]any{"n": "late"}},
			value{at: begin.Add(9 * time.Minute), value: 4, labels: map[string]any{"n": "soon"}},
			value{at: begin, value: 5, labels: map[string]any{"n": "now"}},
		)
		counter(ms, "before", value{at: begin, value: 2}) // another value for the same time
		counter(ms, "delta", value{at: begin, value: 1})
		ms.At(2).Sum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		counter(ms, "long", value{at: begin, value: 1, labels: map[string]any{"l": strings.Repeat("x", maxLabelBytes)}})
		counter(ms, "after", value{at: begin, value: 6})
	})))
	assert.Equal(t, 3.0, number(t, h, `mixed_total{n="late"}`, begin.Add(-29*time.Minute)))
	assert.Equal(t, 5.0, number(t, h, `mixed_total{n="now"}`, begin))
	assert.Equal(t, 6.0, number(t, h, `after_total`, begin))
	assert.Equal(t, 1.0, number(t, h, `before_total`, begin))
	assert.Equal(t, map[string]int{RejectedFuture: 1, RejectedOld: 1, RejectedDuplicate: 1, RejectedDelta: 1, RejectedInvalid: 1}, told.rejected)
	assert.Empty(t, told.trouble)
}

// Samples of far off would end the history for all others: the head would begin there.
func TestFarFutureFirst(t *testing.T) {
	var told heard
	h := open(t, options(t.TempDir(), &told))
	for _, at := range []time.Time{begin.AddDate(10, 0, 0), begin} {
		require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) { counter(ms, "x", value{at: at, value: 7}) })))
	}
	assert.Equal(t, 7.0, number(t, h, `x_total`, begin))
}

func TestSeriesLimit(t *testing.T) {
	var told heard
	o := options(t.TempDir(), &told)
	o.MaxSeries = 3
	h := open(t, o)
	for i := range 2 {
		require.NoError(t, h.Append(t.Context(), metrics(func(ms pmetric.MetricSlice) {
			for _, n := range []string{"a", "b", "c", "d", "e"} {
				counter(ms, n, value{at: begin.Add(time.Duration(i) * time.Second), value: float64(i)})
			}
		})))
	}
	assert.EqualValues(t, 3, h.Series())
	assert.Equal(t, 1.0, number(t, h, `c_total`, begin.Add(time.Second)), "series that are there go on")
	assert.Positive(t, told.rejected[RejectedSeries])
}
