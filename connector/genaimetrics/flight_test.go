package genaimetrics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestFlight(t *testing.T) {
	for name, c := range map[string]struct {
		old, spans []span
		want       int64
	}{
		"none":                       {nil, nil, 0},
		"one":                        {nil, []span{{1, 2}}, 1},
		"no time":                    {nil, []span{{1, 1}}, 1},
		"one after the other":        {nil, []span{{1, 2}, {2, 3}, {3, 4}}, 1},
		"nested":                     {nil, []span{{1, 10}, {2, 9}, {3, 8}}, 3},
		"two pairs":                  {nil, []span{{1, 3}, {2, 4}, {5, 7}, {6, 8}}, 2},
		"old ones only":              {[]span{{1, 3}, {2, 4}}, nil, 0},
		"old peak is over":           {[]span{{1, 3}, {1, 3}, {1, 3}}, []span{{5, 6}}, 1},
		"old calls that are running": {[]span{{1, 9}, {1, 9}}, []span{{5, 10}}, 3},
	} {
		var f flight
		for _, s := range c.old {
			f.add(s.start, s.end)
		}
		f.take()
		for _, s := range c.spans {
			f.add(s.start, s.end)
		}
		require.Equal(t, c.want, f.take(), name)
	}
}

// The oracle looks at every instant at which a call begins.
func TestFlightAgainstCounting(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		var f flight
		spans := make([]span, rnd.IntN(40))
		for i := range spans {
			start := rnd.Int64N(50)
			spans[i] = span{start, start + 1 + rnd.Int64N(20)}
			f.add(spans[i].start, spans[i].end)
		}
		want := int64(0)
		for _, at := range spans {
			n := int64(0)
			for _, s := range spans {
				if s.start <= at.start && at.start < s.end {
					n++
				}
			}
			want = max(want, n)
		}
		require.Equal(t, want, f.take())
	}
}

// A call is seen when it is over. Ten calls that run side by side and end in two intervals are ten in the second one.
func TestPeakOverIntervals(t *testing.T) {
	e := testEngine(t, nil)
	send := func(n int, end time.Duration) {
		s := newSpans("a")
		for range n {
			s.add(call(nil)).SetEndTimestamp(pcommon.NewTimestampFromTime(t0.Add(end)))
		}
		e.observeTraces(s.td, t0)
	}
	send(5, 10*time.Second)
	require.EqualValues(t, 5, value(e.exportAt(t0.Add(15*time.Second)), genai.MetricInflightPeak))
	send(5, 20*time.Second)
	require.EqualValues(t, 10, value(e.exportAt(t0.Add(30*time.Second)), genai.MetricInflightPeak))
	require.EqualValues(t, 0, value(e.exportAt(t0.Add(45*time.Second)), genai.MetricInflightPeak), "nothing came")
	require.Equal(t, 1, seriesIn(e.exportAt(t0.Add(45*time.Second)), genai.MetricInflightPeak))
}

func TestFlightIsBounded(t *testing.T) {
	var f flight
	for i := range int64(100_000) {
		f.add(i, i+100)
		require.LessOrEqual(t, len(f.spans), flightSpans)
	}
	require.EqualValues(t, 100, f.take())
}

// Times that no call can have had count the call, but stay out of what they would spoil for good.
func TestSkewedTimes(t *testing.T) {
	for name, c := range map[string]struct {
		start, end time.Time
		skewed     int64
		durations  float64
		inflight   int
	}{
		"fine":                     {t0.Add(-time.Second), t0, 0, 1, 1},
		"a clock ahead by seconds": {t0, t0.Add(59 * time.Second), 0, 1, 1},
		"ends in the future":       {t0.Add(time.Hour), t0.Add(time.Hour + time.Second), 1, 1, 0},
		"ends at the end of time":  {t0, time.Unix(0, math.MaxInt64), 1, 0, 0},
		"ends before it begins":    {t0, t0.Add(-time.Second), 1, 1, 0},
		"began with the epoch":     {time.Unix(0, 1), t0, 1, 0, 0},
		"a week":                   {t0.Add(-7 * 24 * time.Hour), t0, 0, 1, 1},
		"more than a week":         {t0.Add(-7*24*time.Hour - 1), t0, 1, 0, 0},
	} {
		e := testEngine(t, nil)
		s := newSpans("a")
		span := s.add(call(nil))
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(c.start))
		span.SetEndTimestamp(pcommon.NewTimestampFromTime(c.end))
		e.observeTraces(s.td, t0)
		md, said := e.export(pcommon.NewResource(), "", t0)
		require.EqualValues(t, 1, value(md, genai.MetricCalls), name)
		require.Equal(t, c.skewed, said.skewed, name)
		require.Equal(t, c.durations, value(md, genai.MetricOperationDuration), name)
		require.Equal(t, c.inflight, seriesIn(md, genai.MetricInflightPeak), name)
	}
}
