package genaimetrics

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestCostStatusDecidesWhatCounts(t *testing.T) {
	for status, want := range map[string]struct{ calls, cost, unpriced float64 }{
		genai.StatusPriced:    {1, 0.000027, 0},
		genai.StatusReported:  {1, 0.000027, 0},
		genai.StatusEstimated: {1, 0.000027, 0},
		genai.StatusFree:      {1, 0.000027, 0},
		genai.StatusUnpriced:  {1, 0, 1},
		genai.StatusRollup:    {0, 0, 0},
		genai.StatusDuplicate: {0, 0, 0},
		"":                    {1, 0, 0},
	} {
		t.Run("status="+status, func(t *testing.T) {
			e := testEngine(t, nil)
			attrs := call(map[string]any{genai.CostStatus: status})
			if status == "" {
				delete(attrs, genai.CostStatus)
			}
			e.observeTraces(one("a", attrs), t0)
			md := e.exportAt(t0.Add(time.Second))
			require.Equal(t, want.calls, value(md, genai.MetricCalls))
			require.Equal(t, want.calls*120, value(md, genai.MetricTokens))
			require.InDelta(t, want.cost, value(md, genai.MetricCostUSD), 0)
			require.Equal(t, want.unpriced, value(md, genai.MetricUnpricedCalls))
			require.Equal(t, want.unpriced*120, value(md, genai.MetricUnpricedTokens))
		})
	}
}

func TestTokenTypesAreDisjoint(t *testing.T) {
	e := testEngine(t, nil)
	e.observeTraces(one("a", call(map[string]any{
		genai.UsageCacheRead: 30, genai.UsageCacheWrite: 10, genai.UsageReasoning: 5,
	})), t0)
	md := e.exportAt(t0)
	for typ, want := range map[string]float64{"input_uncached": 60, "cache_read": 30, "cache_write": 10, "output_visible": 15, "reasoning": 5} {
		require.Equal(t, want, value(md, genai.MetricTokens, genai.TokenType, typ), typ)
	}
	require.Equal(t, 5, seriesIn(md, genai.MetricTokens))
}

// The amounts are added as integers, so a hundred thousand of them do not drift.
func TestCostAddsUpExactly(t *testing.T) {
	e := testEngine(t, nil)
	attrs := call(map[string]any{genai.CostTotal: 0.000000001})
	for range 100 {
		s := newSpans("a")
		for range 1000 {
			s.add(attrs)
		}
		e.observeTraces(s.td, t0)
	}
	require.Equal(t, 0.0001, value(e.exportAt(t0), genai.MetricCostUSD)) //nolint:testifylint // exact on purpose
}

func TestAmountsThatAreNoneAreRejected(t *testing.T) {
	for _, usd := range []float64{-1, math.NaN(), math.Inf(1), 1e300} {
		e := testEngine(t, nil)
		e.observeTraces(one("a", call(map[string]any{genai.CostTotal: usd})), t0)
		md, said := e.export(pcommon.NewResource(), "", t0)
		require.Zero(t, seriesIn(md, genai.MetricCostUSD), usd)
		require.Equal(t, 1.0, value(md, genai.MetricCalls))
		require.EqualValues(t, 1, said.rejected)
	}
}

func TestCountersNeverFall(t *testing.T) {
	e := testEngine(t, nil)
	huge := call(map[string]any{genai.UsageInput: int64(genai.MaxTokens), genai.UsageOutput: 0})
	s := newSpans("a")
	s.add(huge).TraceState().FromRaw("ot=th:ffffffffffffff") // stands for a million
	for range 600 {
		s.add(huge).TraceState().FromRaw("ot=th:ffffffffffffff")
	}
	e.observeTraces(s.td, t0)
	require.Equal(t, float64(math.MaxInt64), value(e.exportAt(t0), genai.MetricTokens, genai.TokenType, genai.TokensInputUncached))
}

func TestSeriesAboveTheLimitAddUpInOne(t *testing.T) {
	e := testEngine(t, func(c *Config) {
		c.SeriesLimit = 10
		c.Dimensions = []Dimension{{Name: "tenant"}}
	})
	const tenants = 1000
	for i := range tenants {
		e.observeTraces(one("a", call(map[string]any{"tenant": "t" + strconv.Itoa(i)})), t0)
	}
	md, said := e.export(pcommon.NewResource(), "", t0)
	require.Equal(t, 11, seriesIn(md, genai.MetricCalls))
	require.EqualValues(t, tenants, value(md, genai.MetricCalls))
	require.EqualValues(t, tenants-10, value(md, genai.MetricCalls, genai.AttrOverflow, "true"))
	require.InDelta(t, tenants*0.000027, value(md, genai.MetricCostUSD), 1e-15)
	require.EqualValues(t, tenants-10, said.overflowed[slots[slotCalls].family])
	require.LessOrEqual(t, len(e.routes), e.routeLimit())
}

// Fault of spanmetrics: the overflow series expires while it is in use, and falls back to 0.
func TestTheOverflowSeriesDoesNotExpire(t *testing.T) {
	e := testEngine(t, func(c *Config) {
		c.SeriesLimit = 1
		c.ExpireAfter = time.Minute
		c.Dimensions = []Dimension{{Name: "tenant"}}
	})
	now := t0
	for range 10 {
		e.observeTraces(one("a", call(map[string]any{"tenant": "kept"})), now)
		e.observeTraces(one("a", call(map[string]any{"tenant": "over"})), now)
		e.exportAt(now)
		now = now.Add(50 * time.Second)
	}
	md := e.exportAt(now.Add(time.Hour))
	require.EqualValues(t, 10, value(md, genai.MetricCalls, genai.AttrOverflow, "true"))
	require.Zero(t, value(md, genai.MetricCalls, "tenant", "kept"), "the idle one is gone")
}

// Fault of spanmetrics: what expired is exported once more.
func TestAnExpiredSeriesIsNotSaidAgain(t *testing.T) {
	e := testEngine(t, func(c *Config) { c.ExpireAfter = time.Minute })
	e.observeTraces(one("a", call(nil)), t0)
	require.NotZero(t, e.exportAt(t0.Add(60*time.Second)).DataPointCount(), "idle for a minute, not for longer")
	md, said := e.export(pcommon.NewResource(), "", t0.Add(61*time.Second))
	require.Zero(t, md.DataPointCount())
	require.EqualValues(t, 1, said.expired[slots[slotCalls].family])
	e.observeTraces(one("a", call(nil)), t0.Add(62*time.Second))
	md = e.exportAt(t0.Add(70 * time.Second))
	require.EqualValues(t, 1, value(md, genai.MetricCalls), "a new series, from 0")
	require.Equal(t, t0.Add(61*time.Second), startOf(md, genai.MetricCalls), "which begins after the old one ended")
}

func TestALiveSeriesNeverExpires(t *testing.T) {
	e := testEngine(t, func(c *Config) { c.ExpireAfter = time.Minute })
	for i := range 100 {
		now := t0.Add(time.Duration(i) * 59 * time.Second)
		e.observeTraces(one("a", call(nil)), now)
		md := e.exportAt(now)
		require.EqualValues(t, i+1, value(md, genai.MetricCalls))
		require.Equal(t, t0, startOf(md, genai.MetricCalls))
	}
}

// The start is before the first observation and the same in every export; a series that comes later starts later.
func TestStartTimes(t *testing.T) {
	e := testEngine(t, nil)
	e.observeTraces(one("a", call(nil)), t0.Add(5*time.Second))
	require.Equal(t, t0, startOf(e.exportAt(t0.Add(15*time.Second)), genai.MetricCalls))
	e.observeTraces(one("b", call(nil)), t0.Add(20*time.Second))
	md := e.exportAt(t0.Add(30 * time.Second))
	starts := map[string]time.Time{}
	eachPoint(md, func(m pmetric.Metric, attrs pcommon.Map, p any) {
		if m.Name() == genai.MetricCalls {
			starts[genai.TextOf(attrs, genai.ServiceName)] = p.(pmetric.NumberDataPoint).StartTimestamp().AsTime()
			require.Equal(t, t0.Add(30*time.Second), p.(pmetric.NumberDataPoint).Timestamp().AsTime())
		}
	})
	require.Equal(t, map[string]time.Time{"a": t0, "b": t0.Add(15 * time.Second)}, starts)
}

func TestPointsDoNotGoBackWithTheClock(t *testing.T) {
	e := testEngine(t, nil)
	e.observeTraces(one("a", call(nil)), t0.Add(time.Minute))
	last := t0
	for _, at := range []time.Duration{time.Minute, 30 * time.Second, 30 * time.Second, 2 * time.Minute} {
		eachPoint(e.exportAt(t0.Add(at)), func(m pmetric.Metric, _ pcommon.Map, p any) {
			if m.Name() == genai.MetricCalls {
				got := p.(pmetric.NumberDataPoint).Timestamp().AsTime()
				require.True(t, got.After(last), at)
				last = got
			}
		})
	}
	require.Equal(t, t0.Add(2*time.Minute), last)
}

func startOf(md pmetric.Metrics, metric string) (start time.Time) {
	eachPoint(md, func(m pmetric.Metric, _ pcommon.Map, p any) {
		if m.Name() == metric {
			start = p.(pmetric.NumberDataPoint).StartTimestamp().AsTime()
		}
	})
	return start
}

// Fault of spanmetrics: spans without service.name are dropped silently.
func TestSpansWithoutServiceNameCount(t *testing.T) {
	e := testEngine(t, nil)
	e.observeTraces(one("", call(nil)), t0)
	require.EqualValues(t, 1, value(e.exportAt(t0), genai.MetricCalls, genai.ServiceName, "unknown_service"))
}

// Fault of spanmetrics: scopes merge, and with them whatever else has their names. Everything here is under one scope of ours
// and one resource, whatever the senders are called.
func TestOneScopeOneResource(t *testing.T) {
	e := testEngine(t, nil)
	a, b := newSpans("a"), newSpans("b")
	a.ss.Scope().SetName("x")
	b.ss.Scope().SetName("y")
	a.add(call(nil))
	b.add(call(nil))
	a.rs.CopyTo(b.td.ResourceSpans().AppendEmpty())
	e.observeTraces(b.td, t0)
	md := e.exportAt(t0)
	require.Equal(t, 1, md.ResourceMetrics().Len())
	require.Equal(t, 1, md.ResourceMetrics().At(0).ScopeMetrics().Len())
	require.Equal(t, genai.MetricsScope, md.ResourceMetrics().At(0).ScopeMetrics().At(0).Scope().Name())
	require.Equal(t, 2, seriesIn(md, genai.MetricCalls), "told apart by service.name")
}

func TestRedeliveredSpansCountOnce(t *testing.T) {
	e := testEngine(t, nil)
	td := one("a", call(nil))
	e.observeTraces(td, t0)
	e.observeTraces(td, t0.Add(10*time.Minute))
	md, said := e.export(pcommon.NewResource(), "", t0)
	require.EqualValues(t, 1, value(md, genai.MetricCalls))
	require.EqualValues(t, 1, said.redelivered)

	e = testEngine(t, func(c *Config) { c.Dedupe.Window = 0 })
	e.observeTraces(td, t0)
	e.observeTraces(td, t0)
	require.EqualValues(t, 2, value(e.exportAt(t0), genai.MetricCalls), "the window is off")

	e = testEngine(t, nil)
	s := newSpans("a")
	s.add(call(nil)).SetSpanID([8]byte{})
	s.add(call(nil)).SetSpanID([8]byte{})
	e.observeTraces(s.td, t0)
	require.EqualValues(t, 2, value(e.exportAt(t0), genai.MetricCalls), "no id is no id to know again")
}

func TestLongAndBrokenValues(t *testing.T) {
	e := testEngine(t, nil)
	long := strings.Repeat("ä", 2_500_000) // five million bytes
	e.observeTraces(one("a", call(map[string]any{genai.RequestModel: "x" + long})), t0)
	e.observeTraces(one("a", call(map[string]any{genai.RequestModel: "bad\xff"})), t0)
	md, said := e.export(pcommon.NewResource(), "", t0)
	require.EqualValues(t, 1, value(md, genai.MetricCalls, genai.RequestModel, "x"+strings.Repeat("ä", 127)), "cut between two characters")
	require.EqualValues(t, 1, value(md, genai.MetricCalls, genai.RequestModel, "bad\uFFFD"))
	require.EqualValues(t, 1, said.truncated)
}

func TestDimensions(t *testing.T) {
	e := testEngine(t, func(c *Config) {
		c.Dimensions = []Dimension{{Name: "team"}, {Name: "env", From: "resource", Default: "none"}}
	})
	s := newSpans("a")
	s.rs.Resource().Attributes().PutStr("team", "platform")
	s.add(call(map[string]any{"team": "search", "env": "forged"}))
	s.add(call(map[string]any{"team": 7}))
	s.add(call(nil))
	e.observeTraces(s.td, t0)
	s = newSpans("b")
	s.rs.Resource().Attributes().PutStr("env", "prod")
	s.add(call(nil))
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	require.EqualValues(t, 1, value(md, genai.MetricCalls, "team", "search", "env", "none"))
	require.EqualValues(t, 1, value(md, genai.MetricCalls, "team", "7"))
	require.EqualValues(t, 1, value(md, genai.MetricCalls, "team", "platform"))
	require.EqualValues(t, 1, value(md, genai.MetricCalls, genai.ServiceName, "b", "env", "prod"))
}

func TestKeysTellListsApart(t *testing.T) {
	a, _ := appendKey(nil, []string{"ab", "c", ""})
	b, _ := appendKey(nil, []string{"a", "bc", ""})
	c, _ := appendKey(nil, []string{"ab", "", "c"})
	require.NotEqual(t, a, b)
	require.NotEqual(t, a, c)
}

// Counting a call whose series exist makes no garbage; the measured path is the one under the lock.
func TestCountingAllocatesNothing(t *testing.T) {
	e := testEngine(t, func(c *Config) { c.Dedupe.Window = 0; c.Dimensions = []Dimension{{Name: "team"}} })
	td := one("a", call(map[string]any{"team": "x"}))
	e.observeTraces(td, t0)
	o := observation{
		op:      genai.Operation{Kind: genai.ModelCall, Name: "chat", Provider: "openai", RequestModel: "gpt-4o-mini", Status: genai.StatusPriced},
		service: "a", dims: []string{"x"}, weight: 1, start: 1, end: 2, timed: true,
	}
	e.observe(&o)
	require.Zero(t, testing.AllocsPerRun(100, func() { e.observe(&o) }))
}

// Writing to a prompt cache costs more than it saves: a counter cannot fall, so the loss waits for the savings that follow.
func TestSavedIsOnBalance(t *testing.T) {
	for attribute, metric := range map[string]string{genai.CostSaved: genai.MetricCostSavedUSD, genai.CostDiscount: genai.MetricDiscountUSD} {
		e := testEngine(t, nil)
		for _, step := range []struct{ saved, want float64 }{{-0.3, 0}, {0.2, 0}, {0.5, 0.4}, {-0.1, 0.4}, {0.3, 0.6}} {
			e.observeTraces(one("a", call(map[string]any{attribute: step.saved})), t0)
			require.InDelta(t, step.want, value(e.exportAt(t0.Add(time.Second)), metric), 1e-12, "after %v", step.saved)
		}
	}
}
