package perfstats

import (
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
)

const never = -1_000_000

func seconds(s int) time.Time { return time.Unix(1_000_000+int64(s), 0) }

// TestAdvance walks one series through its life: what each point brings, and from when.
func TestAdvance(t *testing.T) {
	type step struct {
		start, at int
		value     float64
		want      outcome
		brings    float64
		from      int
	}
	for name, steps := range map[string][]step{
		"a young series counts whole":      {{10, 15, 7, counted, 7, 10}, {10, 30, 9, counted, 2, 15}},
		"an old series needs two points":   {{-900, 15, 7, baseline, 0, never}, {-900, 30, 9, counted, 2, 15}},
		"an unknown start needs two":       {{never, 15, 7, baseline, 0, never}, {never, 30, 9, counted, 2, 15}},
		"a reset counts whole":             {{10, 15, 7, counted, 7, 10}, {10, 30, 2, reset, 2, 15}, {10, 45, 3, counted, 1, 30}},
		"rest brings nothing":              {{10, 15, 7, counted, 7, 10}, {10, 30, 7, counted, 0, 15}},
		"the same again":                   {{10, 15, 7, counted, 7, 10}, {10, 15, 7, stale, 0, never}, {10, 30, 8, counted, 1, 15}},
		"out of order":                     {{10, 30, 7, counted, 7, 10}, {10, 15, 5, stale, 0, never}, {10, 45, 8, counted, 1, 30}},
		"silent for longer than a window":  {{10, 15, 7, counted, 7, 10}, {10, 400, 90, gap, 0, never}, {10, 415, 91, counted, 1, 400}},
		"a reset while it was silent":      {{10, 15, 7, counted, 7, 10}, {10, 400, 3, gap, 0, never}, {10, 415, 4, counted, 1, 400}},
		"silent for exactly the window":    {{10, 15, 7, counted, 7, 10}, {10, 315, 9, counted, 2, 15}},
		"a start as old as the window":     {{-285, 15, 7, counted, 7, -285}},
		"a start just before the window":   {{-286, 15, 7, baseline, 0, never}},
		"a young series that starts empty": {{10, 15, 0, counted, 0, 10}, {10, 30, 4, counted, 4, 15}},
	} {
		t.Run(name, func(t *testing.T) {
			st := &stream{}
			for i, s := range steps {
				start := seconds(s.start)
				if s.start == never {
					start = time.Time{}
				}
				got, result := st.advance(start, seconds(s.at), seconds(s.at), 5*time.Minute, total{value: s.value})
				require.Equal(t, s.want, result, "step %d", i)
				assert.Equal(t, s.brings, got.value, "step %d", i)
				if result.brings() {
					assert.Equal(t, seconds(s.from), got.from, "step %d", i)
				}
			}
		})
	}
}

func hist(values ...float64) *expohist.Histogram {
	h := expohist.New(0)
	for _, v := range values {
		h.Record(v)
	}
	return h
}

func bucketed(counts ...uint64) *classic {
	return &classic{histpoint.Classic{Bounds: []float64{1, 2}, Counts: counts, Sum: 5, Min: 0.5, Max: 3}}
}

func TestIncreaseOfHistograms(t *testing.T) {
	other := bucketed(1, 1, 1)
	other.Bounds = []float64{1, 3}
	for name, tc := range map[string]struct {
		before, now total
		ok          bool
		count       uint64
	}{
		"exponential":         {total{hist: hist(1, 2)}, total{hist: hist(1, 2, 3)}, true, 1},
		"exponential, reset":  {total{hist: hist(1, 2, 3)}, total{hist: hist(4, 4, 4, 4)}, false, 0},
		"classic":             {total{classic: bucketed(1, 1, 0)}, total{classic: bucketed(1, 3, 1)}, true, 3},
		"classic, reset":      {total{classic: bucketed(1, 1, 0)}, total{classic: bucketed(0, 9, 9)}, false, 0},
		"other bounds":        {total{classic: bucketed(1, 1, 0)}, total{classic: other}, false, 0},
		"another kind before": {total{hist: hist(1)}, total{classic: other}, false, 0},
		"a counter before":    {total{value: 1}, total{hist: hist(1)}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := tc.now.since(tc.before)
			require.Equal(t, tc.ok, ok)
			if ok {
				assert.Equal(t, tc.count, got.hist.Count())
			}
		})
	}
	_, ok := total{value: 5}.since(total{hist: hist(1)})
	assert.False(t, ok, "a histogram before a counter")
}

func TestStreamsRefuseNewOnesWhenFull(t *testing.T) {
	s := newStreams(2, 0, time.Hour)
	a, b, c := streamKey{metric: "a"}, streamKey{metric: "b"}, streamKey{metric: "c"}
	first := s.get(a, seconds(0))
	require.NotNil(t, first)
	require.NotNil(t, s.get(b, seconds(0)))
	assert.Nil(t, s.get(c, seconds(1)), "no room")
	assert.Same(t, first, s.get(a, seconds(3000)), "what is known stays")
	assert.NotNil(t, s.get(c, seconds(3601)), "b was idle for an hour")
}

// However many buckets senders fill, what is remembered of them stays near the budget, and no observation is lost.
func TestRememberedHistogramsStayNearTheirBudget(t *testing.T) {
	const series, budget = 500, 100_000
	s := newStreams(series, budget, time.Hour)
	wide := hist()
	for i := range 1000 {
		wide.Record(math.Exp2(float64(i - 500)))
	}
	for round := range 3 {
		wide.Record(1)
		for i := range series {
			st := s.get(streamKey{metric: strconv.Itoa(i)}, seconds(round*15))
			got, result := st.advance(seconds(-1), seconds(round*15), seconds(round*15), 5*time.Minute, total{hist: wide.Clone()})
			s.weigh(st)
			require.Equal(t, counted, result)
			if round > 0 {
				require.EqualValues(t, 1, got.hist.Count())
			}
		}
	}
	sum := 0
	for _, st := range s.known.All() {
		sum += st.hist.Bytes()
	}
	require.Equal(t, sum, s.bytes, "the account is right")
	require.Less(t, s.bytes, budget+wide.Bytes()+series*1000)
	require.NotNil(t, s.get(streamKey{metric: "x"}, seconds(10_000)))
	require.Zero(t, s.bytes, "all have expired")
}
