package perfstats

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/processor/perfstats/internal/metadatatest"
)

// oneMetric is a batch of one metric that fill makes, under genaimetrics' scope.
func oneMetric(name string, fill func(pmetric.Metric)) pmetric.Metrics {
	md := pmetric.NewMetrics()
	sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(genai.MetricsScope)
	m := sm.Metrics().AppendEmpty()
	m.SetName(name)
	fill(m)
	return md
}

func sum(monotonic bool, temporality pmetric.AggregationTemporality, v float64, start, at time.Time) func(pmetric.Metric) {
	return func(m pmetric.Metric) {
		s := m.SetEmptySum()
		s.SetIsMonotonic(monotonic)
		s.SetAggregationTemporality(temporality)
		dp := s.DataPoints().AppendEmpty()
		dp.SetDoubleValue(v)
		stamp(dp.Attributes(), dp.SetStartTimestamp, dp.SetTimestamp, start, at)
	}
}

// input is one point and what becomes of it.
type input struct {
	metric string
	fill   func(pmetric.Metric)
	want   outcome
	gauges bool
}

func ascending(n int) []float64 {
	bounds := make([]float64, n)
	for i := range bounds {
		bounds[i] = float64(i + 1)
	}
	return bounds
}

func inputs() map[string]input {
	const delta, cumulative = pmetric.AggregationTemporalityDelta, pmetric.AggregationTemporalityCumulative
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	histogram := func(bounds []float64, counts []uint64, flags pmetric.DataPointFlags) func(pmetric.Metric) {
		return func(m pmetric.Metric) {
			h := m.SetEmptyHistogram()
			h.SetAggregationTemporality(delta)
			dp := h.DataPoints().AppendEmpty()
			dp.ExplicitBounds().FromRaw(bounds)
			dp.BucketCounts().FromRaw(counts)
			dp.SetFlags(flags)
			stamp(dp.Attributes(), dp.SetStartTimestamp, dp.SetTimestamp, now, now)
		}
	}
	absent := pmetric.DefaultDataPointFlags.WithNoRecordedValue(true)
	const c, d = genai.MetricCalls, genai.MetricOperationDuration
	return map[string]input{
		"good":              {c, sum(true, delta, 1, now, now), counted, true},
		"good classic":      {d, histogram([]float64{1}, []uint64{1, 0}, 0), counted, true},
		"no time":           {c, sum(true, delta, 1, time.Unix(0, 0), time.Unix(0, 0)), counted, true},
		"a second ahead":    {c, sum(true, delta, 1, now, now.Add(time.Second)), counted, true},
		"in the year 2200":  {c, sum(true, delta, 1, now, now.AddDate(200, 0, 0)), future, true},
		"last week":         {c, sum(true, delta, 1, now.AddDate(0, 0, -7), now.AddDate(0, 0, -7)), late, false},
		"an old counter":    {c, sum(true, cumulative, 1, now.AddDate(0, 0, -7), now), baseline, false},
		"NaN":               {c, sum(true, delta, math.NaN(), now, now), noValue, false},
		"infinite":          {c, sum(true, delta, math.Inf(1), now, now), noValue, false},
		"negative":          {c, sum(true, delta, -1, now, now), noValue, false},
		"no recorded value": {d, histogram([]float64{1}, nil, absent), noValue, false},
		"no recorded counter": {c, func(m pmetric.Metric) {
			sum(true, cumulative, 0, now, now)(m)
			m.Sum().DataPoints().At(0).SetFlags(absent)
		}, noValue, false},
		"no recorded exponential": {d, func(m pmetric.Metric) {
			h := m.SetEmptyExponentialHistogram()
			h.SetAggregationTemporality(cumulative)
			dp := h.DataPoints().AppendEmpty()
			dp.SetFlags(absent)
			stamp(dp.Attributes(), dp.SetStartTimestamp, dp.SetTimestamp, now, now)
		}, noValue, false},
		"no recorded gauge": {genai.MetricInflightPeak, func(m pmetric.Metric) {
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			dp.SetDoubleValue(7)
			dp.SetFlags(absent)
			stamp(dp.Attributes(), func(pcommon.Timestamp) {}, dp.SetTimestamp, now, now)
		}, noValue, false},
		"not monotonic":            {c, sum(false, cumulative, 1, now, now), wrongKind, false},
		"no temporality":           {c, sum(true, pmetric.AggregationTemporalityUnspecified, 1, now, now), wrongKind, false},
		"a counter for a duration": {d, sum(true, delta, 1, now, now), wrongKind, false},
		"a histogram for a count":  {c, histogram([]float64{1}, []uint64{1, 0}, 0), wrongKind, false},
		"a gauge for a count": {c, func(m pmetric.Metric) {
			m.SetEmptyGauge().DataPoints().AppendEmpty().SetDoubleValue(1)
		}, wrongKind, false},
		"an empty point": {genai.MetricInflightPeak, func(m pmetric.Metric) {
			m.SetEmptyGauge().DataPoints().AppendEmpty()
		}, noValue, false},
		"a summary": {d, func(m pmetric.Metric) {
			m.SetEmptySummary().DataPoints().AppendEmpty()
		}, wrongKind, false},
		"bounds that descend": {d, histogram([]float64{2, 1}, []uint64{1, 1, 1}, 0), malformed, false},
		"too many buckets":    {d, histogram(ascending(256), make([]uint64, 257), 0), malformed, false},
		"many buckets":        {d, histogram(ascending(255), make([]uint64, 256), 0), counted, false},
		"too few counts":      {d, histogram([]float64{1, 2}, []uint64{1, 1}, 0), malformed, false},
	}
}

// TestBadInput: whatever comes passes unchanged, and our own telemetry says what became of it.
func TestBadInput(t *testing.T) {
	for name, tc := range inputs() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sink := &consumertest.MetricsSink{}
				tel := componenttest.NewTelemetry()
				p := startWith(t, metadatatest.NewSettings(tel), createDefaultConfig().(*Config), sink)
				md := oneMetric(tc.metric, tc.fill)
				before := pmetric.NewMetrics()
				md.CopyTo(before)
				require.NoError(t, p.ConsumeMetrics(t.Context(), md))
				got := handedOn(sink)
				assert.Equal(t, wire(t, before), wire(t, got[0]), "what came passes")
				assert.Equal(t, tc.gauges, len(got) == 2, "gauges follow")
				metadatatest.AssertEqualPerfstatsPoints(t, tel, []metricdata.DataPoint[int64]{{
					Value: 1, Attributes: attribute.NewSet(attribute.String("outcome", tc.want.String())),
				}}, metricdatatest.IgnoreTimestamp())
				require.NoError(t, tel.Shutdown(context.Background()))
			})
		})
	}
}

// wire compares where NaN is not equal to itself.
func wire(t *testing.T, md pmetric.Metrics) string {
	t.Helper()
	raw, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(md)
	require.NoError(t, err)
	return string(raw)
}

// TestAFutureCounterRecovers: a counter whose writer's clock was wrong once is read again as soon as it is right.
func TestAFutureCounterRecovers(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	e := newEngine(createDefaultConfig().(*Config), now)
	cumulative := func(v float64, at time.Time) pmetric.Metrics {
		return oneMetric(genai.MetricCalls, sum(true, pmetric.AggregationTemporalityCumulative, v, now.Add(-time.Second), at))
	}
	e.absorb(cumulative(1, now.Add(time.Hour)), now)
	e.absorb(cumulative(3, now.Add(15*time.Second)), now.Add(15*time.Second))
	assert.EqualValues(t, 1, e.points[future])
	assert.EqualValues(t, 1, e.points[counted])
}

func TestConcurrencyIsTheSumOfSeriesAtTheirPeak(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	e := newEngine(createDefaultConfig().(*Config), now)
	told := math.NaN()
	say := func(model string, v int64, after time.Duration) float64 {
		at := now.Add(after)
		e.absorb(oneMetric(genai.MetricInflightPeak, func(m pmetric.Metric) {
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			dp.SetIntValue(v)
			stamp(dp.Attributes(), func(pcommon.Timestamp) {}, dp.SetTimestamp, at, at)
			dp.Attributes().PutStr(genai.RequestModel, model)
		}), at)
		md := pmetric.NewMetrics()
		e.writeGauges(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), at, true)
		if v := gaugeOf(md, genai.PerfConcurrency, genai.ServiceName, "shop"); !math.IsNaN(v) { // else it did not move
			told = v
		}
		return told
	}
	assert.Equal(t, 3.0, say("a", 3, 0))
	assert.Equal(t, 5.0, say("a", 5, time.Second), "the same sub-window: the larger one")
	assert.Equal(t, 5.0, say("a", 2, 2*time.Second))
	assert.Equal(t, 9.0, say("b", 4, 3*time.Second), "another series adds to it")
	assert.Equal(t, 9.0, say("a", 6, time.Minute), "a later sub-window has a peak of its own")
	assert.Equal(t, 6.0, say("b", 0, time.Minute+4*time.Minute+30*time.Second), "the first one is over")
}

func TestWhatLeavesTheRangeIsNotTold(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	e := newEngine(createDefaultConfig().(*Config), now)
	for range 3 {
		e.absorb(oneMetric(genai.MetricCalls, sum(true, pmetric.AggregationTemporalityDelta, math.MaxFloat64, now, now)), now)
	}
	md := pmetric.NewMetrics()
	e.writeGauges(md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty(), now, false)
	assert.NotContains(t, gaugesIn(md), genai.PerfRequests)
	assert.Zero(t, gaugeOf(md, genai.PerfErrorRatio, genai.ServiceName, "shop"), "none of them failed")
}

func TestGatewaysNameThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := processortest.NewNopSettings(metadata.Type)
		set.Resource.Attributes().PutStr("service.instance.id", "gw-1")
		sink := &consumertest.MetricsSink{}
		p := startWith(t, set, createDefaultConfig().(*Config), sink)
		g := &gateway{name: "a", start: time.Now()}
		g.call(1)
		require.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
		got := handedOn(sink)
		require.Len(t, got, 2)
		assert.Equal(t, set.Resource.Attributes().AsRaw(), got[1].ResourceMetrics().At(0).Resource().Attributes().AsRaw())
		assert.True(t, p.Capabilities().MutatesData)
	})
}

// TestARefusedTickIsToldAgain: the next consumer's error neither stops the ticker nor is lost on the caller of a batch.
func TestARefusedTickIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := true
		var mu sync.Mutex
		told := 0
		next := consumertest.NewErr(errors.New("full"))
		sink := &switching{Consumer: next, refuse: func() bool { mu.Lock(); defer mu.Unlock(); return refuse }, told: &told}
		p, err := newProcessor(processortest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config), sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		g := &gateway{name: "a", start: time.Now()}
		g.call(1)
		require.ErrorContains(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())), "full")
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		refuse = false
		mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, p.Shutdown(t.Context()))
		require.NoError(t, p.Shutdown(t.Context()), "a second time")
		assert.Equal(t, 4, told, "one each interval")
	})
}

type switching struct {
	consumertest.Consumer
	refuse func() bool
	told   *int
}

func (s *switching) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if s.refuse() {
		return s.Consumer.ConsumeMetrics(ctx, md)
	}
	*s.told++
	return nil
}

func TestManyWritersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		p := start(t, createDefaultConfig().(*Config), sink)
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				g := &gateway{name: string(rune('a' + i)), start: began}
				for range 50 {
					g.call(1)
					time.Sleep(100 * time.Millisecond)
					assert.NoError(t, p.ConsumeMetrics(t.Context(), g.report(time.Now())))
				}
			})
		}
		wg.Wait()
		time.Sleep(leastApart)
		assert.Equal(t, 400.0, samples(sink))
	})
}

// A pipeline that hangs does not keep the Collector from stopping in the time it has.
func TestShutdownWithinItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := false
		next, err := consumer.NewMetrics(func(ctx context.Context, md pmetric.Metrics) error {
			if md.ResourceMetrics().At(0).ScopeMetrics().At(0).Scope().Name() == genai.MetricsScope {
				return nil // the batch itself
			}
			hung = true
			<-ctx.Done()
			return ctx.Err()
		})
		require.NoError(t, err)
		p, err := newProcessor(processortest.NewNopSettings(metadata.Type), createDefaultConfig().(*Config), next)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		now := time.Now()
		require.NoError(t, p.ConsumeMetrics(t.Context(), oneMetric(genai.MetricCalls, sum(true, pmetric.AggregationTemporalityDelta, 1, now, now))))
		time.Sleep(p.cfg.Interval + time.Second)
		synctest.Wait()
		require.True(t, hung)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		require.ErrorIs(t, p.Shutdown(ctx), context.DeadlineExceeded)
		require.Equal(t, now.Add(p.cfg.Interval+6*time.Second), time.Now())
		synctest.Wait() // and the ticker's call has ended
	})
}
