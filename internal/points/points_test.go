package points_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

type point interface {
	Attributes() pcommon.Map
	SetStartTimestamp(pcommon.Timestamp)
	SetTimestamp(pcommon.Timestamp)
	SetFlags(pmetric.DataPointFlags)
}

func add[P point](p P) P {
	p.SetStartTimestamp(1)
	p.SetTimestamp(2)
	p.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	return p
}

// Points of every type are visited, with what each of them says; what is put into their attributes is in the metric.
func TestPointsOfEveryType(t *testing.T) {
	const delta = pmetric.AggregationTemporalityDelta
	for name, c := range map[string]struct {
		fill        func(pmetric.Metric)
		value       float64
		count       uint64
		temporality pmetric.AggregationTemporality
	}{
		"sum": {func(m pmetric.Metric) {
			m.SetEmptySum().SetAggregationTemporality(delta)
			add(m.Sum().DataPoints().AppendEmpty()).SetIntValue(3)
		}, 3, 0, delta},
		"gauge": {func(m pmetric.Metric) { add(m.SetEmptyGauge().DataPoints().AppendEmpty()).SetDoubleValue(0.5) }, 0.5, 0, 0},
		"histogram": {func(m pmetric.Metric) {
			m.SetEmptyHistogram().SetAggregationTemporality(delta)
			p := add(m.Histogram().DataPoints().AppendEmpty())
			p.SetSum(7)
			p.SetCount(2)
		}, 7, 2, delta},
		"exponential histogram": {func(m pmetric.Metric) {
			m.SetEmptyExponentialHistogram().SetAggregationTemporality(delta)
			p := add(m.ExponentialHistogram().DataPoints().AppendEmpty())
			p.SetSum(8)
			p.SetCount(3)
		}, 8, 3, delta},
		"summary": {func(m pmetric.Metric) {
			p := add(m.SetEmptySummary().DataPoints().AppendEmpty())
			p.SetSum(9)
			p.SetCount(4)
		}, 9, 4, 0},
	} {
		t.Run(name, func(t *testing.T) {
			m := pmetric.NewMetric()
			c.fill(m)
			for p := range points.All(m) {
				p.Attributes.PutStr("seen", "yes")
				assert.Equal(t, pcommon.Timestamp(1), p.Start)
				assert.Equal(t, pcommon.Timestamp(2), p.At)
				assert.True(t, p.Ended)
				assert.Equal(t, c.value, p.Value)
				assert.Equal(t, c.count, p.Count)
			}
			n := 0
			for p := range points.All(m) {
				_, ok := p.Attributes.Get("seen")
				assert.True(t, ok)
				n++
				break
			}
			assert.Equal(t, 1, n)
			assert.Equal(t, 1, points.Len(m))
			assert.Equal(t, c.temporality, points.Temporality(m))
		})
	}
}

func TestAMetricWithoutType(t *testing.T) {
	m := pmetric.NewMetric()
	for range points.All(m) {
		assert.Fail(t, "it has no points")
	}
	assert.Zero(t, points.Len(m))
	assert.Equal(t, pmetric.AggregationTemporalityUnspecified, points.Temporality(m))
}
