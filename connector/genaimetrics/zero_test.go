package genaimetrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func zeroEngine(t *testing.T, change func(*Config)) *engine {
	return testEngine(t, func(c *Config) {
		c.ZeroFor = 20 * time.Second
		if change != nil {
			change(c)
		}
	})
}

// Prometheus' increase() knows only differences of two values of a series, so the first must be 0, and stay for a scrape to see it.
func TestNewCountersAndHistogramsAreZeroFirst(t *testing.T) {
	for _, kind := range []string{histogramsExponential, histogramsClassic} {
		e := zeroEngine(t, func(c *Config) { c.Histograms = kind; c.Naming = []string{namingSemconv, namingLangchain} })
		s := newSpans("a")
		s.add(call(map[string]any{genai.CostSaved: 0.1, genai.ErrorType: "boom", "http.request.resend_count": 2}))
		s.add(map[string]any{genai.OperationName: genai.OpInvokeAgent, genai.AgentName: "planner"})
		s.add(map[string]any{genai.OperationName: genai.OpExecuteTool, genai.ToolName: "search"})
		e.observeTraces(s.td, t0)
		first := e.exportAt(t0.Add(15 * time.Second))
		e.observeTraces(one("a", call(nil)), t0.Add(16*time.Second))
		second := e.exportAt(t0.Add(30 * time.Second))
		third := e.exportAt(t0.Add(45 * time.Second))
		for _, md := range []pmetric.Metrics{first, second} {
			eachPoint(md, func(m pmetric.Metric, attrs pcommon.Map, p any) {
				status, isNew := attrs.Get(genai.AttrStatus)
				switch {
				case m.Type() == pmetric.MetricTypeGauge:
					require.NotZero(t, value(md, m.Name()), "a gauge says what is")
				case isNew && status.Str() == genai.CallOK && md == second:
				default:
					require.Zero(t, value(md, m.Name()), m.Name())
				}
				if m.Type() != pmetric.MetricTypeGauge {
					require.Zero(t, p.(point).Exemplars().Len(), "an exemplar waits for its value")
				}
				checkEmpty(t, m, p)
			})
		}
		require.EqualValues(t, 1, value(third, genai.MetricOperationDuration), kind)
		require.EqualValues(t, 1, value(third, genai.MetricCalls, genai.AttrStatus, genai.CallError))
		require.InDelta(t, 0.1, value(third, genai.MetricCostSavedUSD), 1e-12)
		require.EqualValues(t, 2, value(third, genai.MetricRetries))
		require.EqualValues(t, 1, value(third, genai.LangchainToolExecutions))
		require.NotEmpty(t, exemplarsOf(third, genai.MetricOperationDuration))
		require.Equal(t, startOf(first, genai.MetricRetries), startOf(third, genai.MetricRetries))
		require.Equal(t, seriesIn(first, genai.MetricTokens), seriesIn(third, genai.MetricTokens), "the same series")
		require.Zero(t, value(third, genai.MetricCalls, genai.AttrStatus, genai.CallOK), "that series came later")
		require.EqualValues(t, 1, value(e.exportAt(t0.Add(60*time.Second)), genai.MetricCalls, genai.AttrStatus, genai.CallOK))
	}
}

// checkEmpty holds a histogram without observations to what that is: no count, no sum, no least and no most.
func checkEmpty(t *testing.T, m pmetric.Metric, p any) {
	switch p := p.(type) {
	case pmetric.HistogramDataPoint:
		require.Zero(t, p.Sum(), m.Name())
		require.False(t, p.HasMin() || p.HasMax(), m.Name())
		require.Equal(t, p.ExplicitBounds().Len()+1, p.BucketCounts().Len(), m.Name())
	case pmetric.ExponentialHistogramDataPoint:
		require.Zero(t, p.Sum(), m.Name())
		require.False(t, p.HasMin() || p.HasMax(), m.Name())
		require.Zero(t, p.Positive().BucketCounts().Len(), m.Name())
	}
}

// The overflow series and a series that comes back after it expired begin like any other.
func TestOverflowAndExpiredSeriesAreZeroFirst(t *testing.T) {
	e := zeroEngine(t, func(c *Config) { c.SeriesLimit = 1; c.ExpireAfter = time.Minute })
	e.observeTraces(one("a", call(nil)), t0)
	e.observeTraces(one("b", call(nil)), t0)
	overflow := func(md pmetric.Metrics) float64 { return value(md, genai.MetricCalls, genai.AttrOverflow, "true") }
	require.Zero(t, value(e.exportAt(t0.Add(15*time.Second)), genai.MetricCalls))
	md := e.exportAt(t0.Add(45 * time.Second))
	require.EqualValues(t, 1, value(md, genai.MetricCalls, genai.ServiceName, "a"))
	require.EqualValues(t, 1, overflow(md))
	md = e.exportAt(t0.Add(90 * time.Second))
	require.Zero(t, value(md, genai.MetricCalls, genai.ServiceName, "a"), "expired")

	e.observeTraces(one("a", call(nil)), t0.Add(100*time.Second))
	md = e.exportAt(t0.Add(105 * time.Second))
	require.Equal(t, 2, seriesIn(md, genai.MetricCalls))
	require.EqualValues(t, 1, value(md, genai.MetricCalls), "0 of a, 1 of the overflow")
	require.EqualValues(t, 2, value(e.exportAt(t0.Add(135*time.Second)), genai.MetricCalls))
}

// A series that is idle for longer than expire_after does not take with it what it never said.
func TestWhatWasNotSaidDoesNotExpire(t *testing.T) {
	e := zeroEngine(t, func(c *Config) { c.ExpireAfter = 16 * time.Second })
	e.observeTraces(one("a", call(nil)), t0)
	require.Equal(t, 1, seriesIn(e.exportAt(t0.Add(15*time.Second)), genai.MetricCalls))
	require.EqualValues(t, 1, value(e.exportAt(t0.Add(45*time.Second)), genai.MetricCalls))
	require.Zero(t, e.exportAt(t0.Add(60*time.Second)).DataPointCount())
}

func TestTheLastExportSaysEverything(t *testing.T) {
	e := zeroEngine(t, nil)
	e.observeTraces(one("a", call(nil)), t0)
	e.exportAt(t0.Add(15 * time.Second))
	md, _ := e.exportLast(pcommon.NewResource(), "", t0.Add(16*time.Second))
	require.EqualValues(t, 1, value(md, genai.MetricCalls))
	require.EqualValues(t, 1, value(md, genai.MetricOperationDuration))
	require.NotEmpty(t, exemplarsOf(md, genai.MetricOperationDuration))
}
