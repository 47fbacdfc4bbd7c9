package history

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

var odd = map[string]float64{"nan": math.NaN(), "+inf": math.Inf(1), "-inf": math.Inf(-1), "small": 1e-300, "big": 1.7976931348623157e308, "0": 0}

func stamp(t time.Time) pcommon.Timestamp { return pcommon.NewTimestampFromTime(t) }

func gauge(ms pmetric.MetricSlice, name string, at time.Time, v float64, labels map[string]any) {
	m := ms.AppendEmpty()
	m.SetName(name)
	p := m.SetEmptyGauge().DataPoints().AppendEmpty()
	p.SetTimestamp(stamp(at))
	p.SetDoubleValue(v)
	_ = p.Attributes().FromRaw(labels)
}

func fill(e pmetric.Exemplar, at time.Time, v float64) {
	e.SetTimestamp(stamp(at.Add(-time.Second)))
	e.SetDoubleValue(v)
	e.SetTraceID([16]byte{1, 2, 3, byte(int(v * 8))})
	e.SetSpanID([8]byte{4, 5})
	e.FilteredAttributes().PutStr("who", "me")
}

func classic(ms pmetric.MetricSlice, at, began time.Time, n int) {
	m := ms.AppendEmpty()
	m.SetName("request.duration")
	m.SetUnit("s")
	h := m.SetEmptyHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := h.DataPoints().AppendEmpty()
	p.SetTimestamp(stamp(at))
	p.SetStartTimestamp(stamp(began))
	p.ExplicitBounds().FromRaw([]float64{0.1, 1, 10})
	k := uint64(n) //nolint:gosec // small
	p.BucketCounts().FromRaw([]uint64{k, 2 * k, k, 1})
	p.SetCount(4*k + 1)
	p.SetSum(7.5 * float64(n))
	fill(p.Exemplars().AppendEmpty(), at, 0.5)
	fill(p.Exemplars().AppendEmpty(), at, 5)
}

func exponential(ms pmetric.MetricSlice, at, began time.Time, n int) {
	m := ms.AppendEmpty()
	m.SetName("gen_ai.client.operation.duration")
	m.SetUnit("s")
	h := m.SetEmptyExponentialHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	for i, model := range []string{"gpt-4o", "gpt-4o-mini"} {
		p := h.DataPoints().AppendEmpty()
		p.SetTimestamp(stamp(at))
		p.SetStartTimestamp(stamp(began))
		p.Attributes().PutStr("gen_ai.request.model", model)
		p.SetScale(int32(2 + 2*i)) //nolint:gosec // small
		p.SetZeroCount(1)
		k := uint64(n) //nolint:gosec // small
		p.Positive().SetOffset(-3)
		p.Positive().BucketCounts().FromRaw([]uint64{k, 0, 0, 0, 3 * k, 1})
		p.Negative().SetOffset(1)
		p.Negative().BucketCounts().FromRaw([]uint64{1})
		p.SetCount(4*k + 3)
		p.SetSum(4 * float64(n))
		fill(p.Exemplars().AppendEmpty(), at, 1.25)
	}
}

func summary(ms pmetric.MetricSlice, at, began time.Time, n int) {
	m := ms.AppendEmpty()
	m.SetName("rpc.latency")
	m.SetUnit("s")
	p := m.SetEmptySummary().DataPoints().AppendEmpty()
	p.SetTimestamp(stamp(at))
	p.SetStartTimestamp(stamp(began))
	p.SetCount(uint64(10 * n)) //nolint:gosec // small
	p.SetSum(float64(n))
	for _, q := range []float64{0.5, 0.99} {
		v := p.QuantileValues().AppendEmpty()
		v.SetQuantile(q)
		v.SetValue(q * float64(n))
	}
}
