package genaimetrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func exemplarsOf(md pmetric.Metrics, metric string) (all []pmetric.Exemplar) {
	eachPoint(md, func(m pmetric.Metric, _ pcommon.Map, p any) {
		if m.Name() == metric {
			for _, x := range p.(point).Exemplars().All() {
				all = append(all, x)
			}
		}
	})
	return all
}

func TestExemplarsAreTheSlowestAndTheDearest(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	for i, usd := range []float64{0.001, 0.003, 0.002} {
		span := s.add(call(map[string]any{genai.CostTotal: usd}))
		span.SetSpanID([8]byte{byte(i + 1)})
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(10-i) * time.Second)))
	}
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0)
	dear := exemplarsOf(md, genai.MetricCostUSD)
	require.Len(t, dear, 1)
	require.Equal(t, pcommon.SpanID{2}, dear[0].SpanID())
	require.InDelta(t, 0.003, dear[0].DoubleValue(), 0)
	require.Equal(t, t0.Add(9*time.Second), dear[0].Timestamp().AsTime())
	require.Equal(t, s.ss.Spans().At(1).TraceID(), dear[0].TraceID())
	slow := exemplarsOf(md, genai.MetricOperationDuration)
	require.Len(t, slow, 1)
	require.Equal(t, pcommon.SpanID{1}, slow[0].SpanID())
	require.InDelta(t, 10, slow[0].DoubleValue(), 0)

	require.Empty(t, exemplarsOf(e.exportAt(t0), genai.MetricCostUSD), "of this interval, not of the last one")
}

func TestExemplarsCanBeOff(t *testing.T) {
	e := testEngine(t, func(c *Config) { c.Exemplars = false })
	e.observeTraces(one("a", call(nil)), t0)
	md := e.exportAt(t0)
	require.Empty(t, exemplarsOf(md, genai.MetricCostUSD))
	require.Empty(t, exemplarsOf(md, genai.MetricOperationDuration))
}

// Fault of spanmetrics: the first cumulative point's count and buckets disagree.
func TestCountIsTheSumOfTheBuckets(t *testing.T) {
	for _, kind := range []string{histogramsExponential, histogramsClassic} {
		e := testEngine(t, func(c *Config) { c.Histograms = kind })
		for i := range 3 {
			s := newSpans("a")
			for k := range 10 * (i + 1) {
				span := s.add(call(nil))
				span.SetEndTimestamp(pcommon.NewTimestampFromTime(t0.Add(time.Duration(k*k) * time.Millisecond)))
			}
			e.observeTraces(s.td, t0)
			eachPoint(e.exportAt(t0.Add(time.Duration(i)*time.Minute)), func(_ pmetric.Metric, _ pcommon.Map, p any) {
				switch p := p.(type) {
				case pmetric.ExponentialHistogramDataPoint:
					n := p.ZeroCount()
					for _, c := range p.Positive().BucketCounts().All() {
						n += c
					}
					require.Equal(t, p.Count(), n)
				case pmetric.HistogramDataPoint:
					n := uint64(0)
					for _, c := range p.BucketCounts().All() {
						n += c
					}
					require.Equal(t, p.Count(), n)
				}
			})
		}
	}
}

// A clock that goes backwards makes a call of 0 s, never a negative one, and says so.
func TestSkew(t *testing.T) {
	e := testEngine(t, nil)
	s := newSpans("a")
	s.add(call(nil)).SetEndTimestamp(pcommon.NewTimestampFromTime(t0.Add(-time.Hour)))
	s.add(call(nil)).SetEndTimestamp(0)
	span := s.add(call(nil))
	span.SetStartTimestamp(1 << 63)
	span.SetEndTimestamp(1<<64 - 1)
	e.observeTraces(s.td, t0)
	md, said := e.export(pcommon.NewResource(), "", t0)
	require.EqualValues(t, 3, value(md, genai.MetricCalls))
	require.EqualValues(t, 3, said.skewed, "the third ends in the future")
	eachPoint(md, func(m pmetric.Metric, _ pcommon.Map, p any) {
		if m.Name() == genai.MetricOperationDuration {
			require.GreaterOrEqual(t, p.(pmetric.ExponentialHistogramDataPoint).Min(), 0.0)
			require.LessOrEqual(t, p.(pmetric.ExponentialHistogramDataPoint).Max(), 0.0)
		}
	})
}
