package genaimetrics

import (
	"strconv"
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
	e.line = steady.NewLine(e.clock)
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
		require.Zero(t, said.expired[slots[slotCalls].family])
		c.passed += time.Hour + time.Second
		require.Zero(t, e.exportAt(c.now()).DataPointCount(), "an hour in which nothing came is one")
	}
}

// The Prometheus exporter drops a point that is not later than the one it has, so a clock that is set back must not show in points: every
// export has a later time, every start lies before it, and in the end the points are of the wall clock again.
func TestPointsNeverGoBack(t *testing.T) {
	const interval = 15 * time.Second
	for _, set := range []time.Duration{-time.Millisecond, -30 * time.Second, -10 * time.Minute, -2 * time.Hour} {
		e, c := clockEngine(t)
		last := t0
		for i := range 1000 {
			c.passed += interval
			if i == 3 {
				c.set = set
			}
			e.observeTraces(one("service-"+strconv.Itoa(min(i, 10)), call(nil)), c.now())
			at, starts := callPoints(e.exportAt(c.now()))
			for k := range at {
				require.Equal(t, at[0], at[k])
				require.True(t, starts[k].Before(at[k]), "starts before it is")
			}
			require.GreaterOrEqual(t, at[0].Sub(last), interval/2-time.Millisecond, "set by %v, export %d", set, i)
			last = at[0]
		}
		require.Equal(t, c.now(), last, "the wall clock has caught up")
	}
}

// Receivers keep times in milliseconds: two exports in one would be two values of a series at one time.
func TestExportsInOneInstantDiffer(t *testing.T) {
	e, c := clockEngine(t)
	e.observeTraces(one("a", call(nil)), c.now())
	for i := range 3 {
		at, _ := callPoints(e.exportAt(c.now()))
		require.Equal(t, []time.Time{t0.Add(time.Duration(i+1) * time.Millisecond)}, at)
	}
}
