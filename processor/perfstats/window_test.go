package perfstats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

// gateway is one genaimetrics that reports one service's model calls, cumulatively.
type gateway struct {
	name  string
	start time.Time
	total expohist.Histogram
	calls float64
}

func (g *gateway) call(latency float64) {
	g.total.Record(latency)
	g.calls++
}

func (g *gateway) report(now time.Time) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.instance.id", g.name)
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(genai.MetricsScope)
	m := sm.Metrics().AppendEmpty()
	m.SetName(genai.MetricOperationDuration)
	m.SetUnit("s")
	e := m.SetEmptyExponentialHistogram()
	e.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	dp := e.DataPoints().AppendEmpty()
	histpoint.Write(dp, &g.total, expohist.MaxScale, 4096)
	stamp(dp.Attributes(), dp.SetStartTimestamp, dp.SetTimestamp, g.start, now)
	m = sm.Metrics().AppendEmpty()
	m.SetName(genai.MetricCalls)
	s := m.SetEmptySum()
	s.SetIsMonotonic(true)
	s.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	n := s.DataPoints().AppendEmpty()
	n.SetDoubleValue(g.calls)
	stamp(n.Attributes(), n.SetStartTimestamp, n.SetTimestamp, g.start, now)
	n.Attributes().PutStr(genai.AttrStatus, genai.CallOK)
	return md
}

func stamp(attrs pcommon.Map, setStart, setTime func(pcommon.Timestamp), start, at time.Time) {
	attrs.PutStr(genai.ServiceName, "shop")
	attrs.PutStr(genai.RequestModel, "m")
	setStart(pcommon.NewTimestampFromTime(start))
	setTime(pcommon.NewTimestampFromTime(at))
}

// gaugeOf finds the value of the one point of a gauge that has exactly the labels, which are pairs; NaN if there is none.
func gaugeOf(md pmetric.Metrics, name string, labels ...string) float64 {
	want := map[string]any{}
	for i := 0; i < len(labels); i += 2 {
		want[labels[i]] = labels[i+1]
	}
	v := math.NaN()
	gaugePoints(md, func(metric string, dp pmetric.NumberDataPoint) {
		if metric == name && assert.ObjectsAreEqual(want, dp.Attributes().AsRaw()) {
			v = dp.DoubleValue()
		}
	})
	return v
}

// handedOn is all that went to the next consumer, read when nothing is on its way any more. Only for synctest bubbles.
func handedOn(sink *consumertest.MetricsSink) []pmetric.Metrics {
	synctest.Wait()
	return sink.AllMetrics()
}

// newest is the value of the newest point of a series in all batches; NaN if there is none.
func newest(sink *consumertest.MetricsSink, name string, labels ...string) float64 {
	v := math.NaN()
	for _, md := range handedOn(sink) {
		if got := gaugeOf(md, name, labels...); !math.IsNaN(got) {
			v = got
		}
	}
	return v
}

// TestThreeGatewaysMergeInAFourth: the percentiles of the whole are within 0.55 % of the nearest-rank value although no gateway saw
// more than a third, over several intervals.
func TestThreeGatewaysMergeInAFourth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := createDefaultConfig().(*Config)
		sink := &consumertest.MetricsSink{}
		p := start(t, cfg, sink)
		r := rand.New(rand.NewPCG(4, 2))
		var all []float64
		gateways := []*gateway{{name: "a"}, {name: "b"}, {name: "c"}}
		for range 8 {
			for range 5_000 {
				v := 2 * math.Exp(0.9*r.NormFloat64())
				all = append(all, v)
				g := gateways[r.IntN(3)]
				if g.start.IsZero() {
					g.start = time.Now()
				}
				g.call(v)
			}
			time.Sleep(15 * time.Second)
			for _, g := range gateways {
				require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
			}
		}
		time.Sleep(leastApart)
		slices.Sort(all)
		for _, q := range cfg.Quantiles {
			want := all[int(math.Ceil(q*float64(len(all))))-1]
			stat := newest(sink, genai.PerfLatency, genai.ServiceName, "shop", genai.AttrScope, "llm", genai.AttrStat, percentile(q))
			assert.InEpsilon(t, want, stat, 0.0055, "q=%v", q)
		}
		assert.Equal(t, float64(len(all)), samples(sink))
		assert.InEpsilon(t, float64(len(all))/120, newest(sink, genai.PerfRequests, genai.ServiceName, "shop", genai.AttrScope, "llm"),
			0.01, "told within a second of the last report")
	})
}

// TestTheWindowMovesWithTime: observations leave by age, gauges follow although no data comes, and end when the window is empty.
func TestTheWindowMovesWithTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := createDefaultConfig().(*Config)
		sink := &consumertest.MetricsSink{}
		p := start(t, cfg, sink)
		g := &gateway{name: "a", start: time.Now()}
		g.call(1)
		time.Sleep(10 * time.Second)
		require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
		assert.Equal(t, 1.0, samples(sink), "at once")
		g.call(3)
		g.call(3)
		time.Sleep(2 * time.Minute)
		require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
		assert.Equal(t, 3.0, samples(sink))

		time.Sleep(3*time.Minute + 20*time.Second) // the first call is older than the window now
		synctest.Wait()
		sink.Reset()
		time.Sleep(cfg.Interval)
		synctest.Wait()
		assert.Equal(t, 2.0, samples(sink), "told by the ticker")
		assert.InEpsilon(t, 3, newest(sink, genai.PerfLatency, genai.ServiceName, "shop", genai.AttrScope, "llm",
			genai.AttrStat, "p50"), 0.0055)

		time.Sleep(5 * time.Minute)
		synctest.Wait()
		sink.Reset()
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Empty(t, handedOn(sink), "an empty window has no gauges")
		assert.Zero(t, p.engine.groups.len())
	})
}

// TestASeriesThatBeginsLate: a writer whose start is old, but that was seen without the series before, brings it as new.
func TestASeriesThatBeginsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		p := start(t, createDefaultConfig().(*Config), sink)
		g := &gateway{name: "a", start: time.Now().Add(-time.Hour)}
		g.call(1)
		require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
		assert.Len(t, handedOn(sink), 1, "the first point of an old series is only a baseline")
		time.Sleep(15 * time.Second)
		md := g.report(time.Now())
		dp := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).ExponentialHistogram().DataPoints().At(0)
		dp.Attributes().PutStr(genai.RequestModel, "another")
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		assert.Equal(t, 1.0, samples(sink))
	})
}

// TestAnErrorSeenLate: a writer that runs for an hour has no errors in its first seven minutes here. Its first error is known to be new,
// whether its series comes with the value, as from SDKs, or at 0 first, as from genaimetrics.
func TestAnErrorSeenLate(t *testing.T) {
	for name, zeroFirst := range map[string]bool{"at once": false, "0 first": true} {
		t.Run(name, func(t *testing.T) {
			now := seconds(0)
			e, start := newEngine(createDefaultConfig().(*Config), now), now.Add(-time.Hour)
			calls := func(status string, v float64) {
				md := oneMetric(genai.MetricCalls, sum(true, pmetric.AggregationTemporalityCumulative, v, start, now))
				md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Sum().DataPoints().At(0).Attributes().
					PutStr(genai.AttrStatus, status)
				e.absorb(md, now)
			}
			for range 7 * 4 {
				calls(genai.CallOK, 100)
				now = now.Add(15 * time.Second)
			}
			if zeroFirst {
				calls(genai.CallOK, 100)
				calls(genai.CallError, 0)
				now = now.Add(15 * time.Second)
			}
			calls(genai.CallOK, 115)
			calls(genai.CallError, 5)
			md := pmetric.NewMetrics()
			e.writeGauges(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), now, false)
			assert.Equal(t, 0.25, gaugeOf(md, genai.PerfErrorRatio, genai.ServiceName, "shop"))
		})
	}
}

// Senders are known by what they said in an earlier batch, not earlier in the same one.
func TestHeard(t *testing.T) {
	s := newStreams(10, 0, time.Hour)
	k := streamKey{metric: "a"}
	for i, step := range []struct{ at, now, want int }{
		{10, 11, never},
		{12, 11, never}, // the same batch
		{12, 13, never}, // the rest of it, sent apart
		{25, 26, 12},
		{27, 26, 12},
		{9, 26, never}, // older than what is known
		{40, 41, 27},
		{40, 42, 27},
	} {
		want := time.Time{}
		if step.want != never {
			want = seconds(step.want)
		}
		require.Equal(t, want, s.heard(k, seconds(step.at), seconds(step.now)), "step %d", i)
	}
}

func gaugesIn(md pmetric.Metrics) (names []string) {
	gaugePoints(md, func(name string, _ pmetric.NumberDataPoint) { names = append(names, name) })
	return names
}

// TestSDKsAreLeftAsideWhereGenAIMetricsReports: with sources: all nothing is counted twice.
func TestSDKsAreLeftAsideWhereGenAIMetricsReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := createDefaultConfig().(*Config)
		cfg.Sources = sourcesAll
		sink := &consumertest.MetricsSink{}
		p := start(t, cfg, sink)
		ours, sdk := &gateway{name: "a", start: time.Now()}, &gateway{name: "b", start: time.Now()}
		ours.call(1)
		sdk.call(1)
		fromSDK := func() pmetric.Metrics {
			md := sdk.report(time.Now())
			md.ResourceMetrics().At(0).ScopeMetrics().At(0).Scope().SetName("sdk")
			return md
		}
		time.Sleep(time.Second)
		require.NoError(t, p.ConsumeMetrics(t.Context(), ours.report(time.Now())))
		assert.Equal(t, 1.0, samples(sink))
		sink.Reset()
		require.NoError(t, p.ConsumeMetrics(t.Context(), fromSDK()))
		time.Sleep(leastApart)
		assert.Len(t, handedOn(sink), 1, "the SDK moves nothing")
		time.Sleep(10 * time.Minute)
		sdk.call(2)
		require.NoError(t, p.ConsumeMetrics(t.Context(), fromSDK()))
		time.Sleep(time.Second)
		sdk.call(2)
		require.NoError(t, p.ConsumeMetrics(t.Context(), fromSDK()))
		assert.Equal(t, 1.0, samples(sink),
			"genaimetrics stopped, so the SDK counts again")
	})
}

// TestTenantsWithoutEnd: every point comes from another service, or is of another dimension; memory stops at the limit and the totals stay
// exact.
func TestTenantsWithoutEnd(t *testing.T) {
	t.Run("services", func(t *testing.T) { tenants(t, genai.ServiceName) })
	t.Run("dimensions", func(t *testing.T) { tenants(t, "tenant.id") })
}

func tenants(t *testing.T, attribute string) {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.SeriesLimit = 50
	now := time.Unix(1_000_000, 0)
	e := newEngine(cfg, now)
	const batches, perBatch = 100, 1_000
	for i := range batches {
		md := pmetric.NewMetrics()
		sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
		sm.Scope().SetName(genai.MetricsScope)
		m := sm.Metrics().AppendEmpty()
		m.SetName(genai.MetricCalls)
		s := m.SetEmptySum()
		s.SetIsMonotonic(true)
		s.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		for j := range perBatch {
			dp := s.DataPoints().AppendEmpty()
			dp.SetDoubleValue(1)
			id := strconv.Itoa(i*perBatch + j)
			stamp(dp.Attributes(), dp.SetStartTimestamp, dp.SetTimestamp, now, now)
			dp.Attributes().PutStr(attribute, "tenant-"+id)
			dp.Attributes().PutStr(genai.RequestModel, "model-"+id)
		}
		e.absorb(md, now)
	}
	assert.LessOrEqual(t, e.groups.services.Len(), 50)
	assert.LessOrEqual(t, e.groups.parts.Len(), 50)
	assert.LessOrEqual(t, e.groups.whole.Len(), 102)
	total := 0.0
	for k, g := range e.groups.whole.All() {
		if !k.part() {
			e.sum.add(&g.ring, &g.seen, e.clock.epoch(now), 1)
			total += e.sum.n[calls]
		}
	}
	assert.Equal(t, float64(batches*perBatch), total)
	assert.Positive(t, e.groups.overflowed)
}

func newSink() *consumertest.MetricsSink { return &consumertest.MetricsSink{} }

// samples is how many model calls of the service the gauges rest on.
func samples(sink *consumertest.MetricsSink) float64 {
	return newest(sink, genai.PerfSamples, genai.ServiceName, "shop", genai.AttrScope, "llm")
}
