package genaimetrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// wallClock is a clock that is set now and then.
type wallClock struct{ passed, set time.Duration }

func (c *wallClock) now() time.Time { return t0.Add(c.passed + c.set) }

func clockEngine(t *testing.T) (*engine, *wallClock) {
	c := &wallClock{}
	e := testEngine(t, nil)
	e.clock = steady.Of(t0, func(time.Time) time.Duration { return c.passed })
	return e, c
}

// callPoints are the time and start of every point of llm.calls.
func callPoints(md pmetric.Metrics) (at, starts []time.Time) {
	eachPoint(md, func(m pmetric.Metric, _ pcommon.Map, p any) {
		if m.Name() == genai.MetricCalls {
			at = append(at, p.(pmetric.NumberDataPoint).Timestamp().AsTime())
			starts = append(starts, p.(pmetric.NumberDataPoint).StartTimestamp().AsTime())
		}
	})
	return at, starts
}

// A jump of the clock is no time in which nothing came: every series lives on, and what was counted is still known.
func TestNothingExpiresWhenTheClockIsSet(t *testing.T) {
	for _, set := range []time.Duration{3 * time.Hour, -3 * time.Hour} {
		e, c := clockEngine(t)
		td := one("a", call(nil))
		e.observeTraces(td, c.now())
		e.exportAt(c.now())
		c.passed, c.set = 15*time.Second, set
		e.observeTraces(td, c.now())
		md, said := e.export(pcommon.NewResource(), "", c.now())
		require.EqualValues(t, 1, value(md, genai.MetricCalls))
		require.EqualValues(t, 1, said.redelivered)
		require.Zero(t, said.expired[famCalls])
		c.passed += time.Hour + time.Second
		require.Zero(t, e.exportAt(c.now()).DataPointCount(), "an hour in which nothing came is one")
	}
}

// The points of a clock that was far ahead do not stay in the future when it is set right.
func TestPointsFollowACorrectedClock(t *testing.T) {
	const wrong = 2 * time.Hour
	e, c := clockEngine(t)
	e.observeTraces(one("before", call(nil)), c.now())
	e.exportAt(c.now())
	c.passed, c.set = time.Minute, wrong
	e.exportAt(c.now())
	c.passed = 2 * time.Minute
	e.observeTraces(one("meanwhile", call(nil)), c.now())
	e.exportAt(c.now())
	c.passed, c.set = 3*time.Minute, 0
	md := e.exportAt(c.now())
	require.EqualValues(t, 2, value(md, genai.MetricCalls))
	at, starts := callPoints(md)
	require.Equal(t, []time.Time{c.now(), c.now()}, at)
	require.Equal(t, []time.Time{t0, t0.Add(time.Minute)}, starts, "when they really began")
	e.observeTraces(one("after", call(nil)), c.now())
	c.passed = 4 * time.Minute
	_, starts = callPoints(e.exportAt(c.now()))
	require.Equal(t, t0.Add(3*time.Minute), starts[2])
}
