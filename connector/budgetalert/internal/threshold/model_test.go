package threshold

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// sample is a value of a gauge that comes every ten seconds, or after an outage.
type sample struct {
	at    time.Time
	value float64
}

// wander makes samples that hover around a threshold of 10, with outages of ten minutes.
func wander(random *rand.Rand, n int) []sample {
	var all []sample
	now, level := noon, 8.0
	for i := range n {
		if i%40 == 39 && random.IntN(3) == 0 {
			now = now.Add(10 * time.Minute)
		}
		if random.IntN(12) == 0 {
			level = 7 + 5*random.Float64()
		}
		all = append(all, sample{now, level + random.Float64() - 0.5})
		now = now.Add(s10)
	}
	return all
}

// expected says, by looking at all samples before each, when an alert of `above: 10, resolve_below: 9` fires and ends.
func expected(all []sample, hold, keep time.Duration) []string {
	var out []string
	from := 0 // the sample behind the last transition
	for {
		i := firstRun(all, from, hold, func(v float64) bool { return v > 10 })
		if i < 0 {
			return out
		}
		out = append(out, "firing "+all[i].at.Format("15:04:05"))
		j := firstRun(all, i+1, keep, func(v float64) bool { return v <= 9 })
		if j < 0 {
			return out
		}
		out = append(out, "resolved "+all[j].at.Format("15:04:05"))
		from = j + 1
	}
}

// firstRun is the first sample, from one on, up to which a run without an outage lasts for so long.
func firstRun(all []sample, from int, long time.Duration, in func(float64) bool) int {
	for i := from; i < len(all); i++ {
		begin := i
		for begin >= from && in(all[begin].value) && (begin == i || all[begin+1].at.Sub(all[begin].at) == s10) {
			begin--
		}
		if begin < i && all[i].at.Sub(all[begin+1].at) >= long {
			return i
		}
	}
	return -1
}

// Every alert is told exactly when, and as often as, a simple model says.
func TestAgainstASimpleModel(t *testing.T) {
	transitions := 0
	for seed := range uint64(15) {
		random := rand.New(rand.NewPCG(seed, 1))
		hold, keep := time.Duration(random.IntN(5))*20*time.Second, time.Duration(random.IntN(5))*30*time.Second
		all := wander(random, 600)
		e, l := newEvaluator(t, fmt.Sprintf("thresholds: [{name: A, metric: a.level, above: 10, resolve_below: 9, for: %v, keep_firing_for: %v, repeat_interval: 0s}]", hold, keep), Options{})
		var got []string
		for i, s := range all {
			require.NoError(t, e.Metrics(t.Context(), levels(s.value, "a"), s.at))
			for tick := s.at; i+1 < len(all) && tick.Before(all[i+1].at); tick = tick.Add(time.Second) {
				require.NoError(t, e.Tick(t.Context(), tick))
			}
			for _, a := range drain(t, l) {
				got = append(got, a.State+" "+a.Time.Format("15:04:05"))
			}
		}
		require.Equal(t, expected(all, hold, keep), got, "seed %d, for %v, keep %v", seed, hold, keep)
		transitions += len(got)
	}
	require.Greater(t, transitions, 120)
}

func drain(t *testing.T, l ledger.Ledger) []alert.Alert {
	out, err := l.Outbox(t.Context(), 1000)
	require.NoError(t, err)
	var all []alert.Alert
	for _, one := range out {
		a, err := alert.Decode(one.Body)
		require.NoError(t, err)
		all = append(all, a)
		require.NoError(t, l.Delivered(t.Context(), []string{one.ID}))
	}
	return all
}

// Killed at any moment, with a ledger that sometimes does not write: no crossing has two ids, none is lost, and in the end all is over.
func TestKilledAtAnyMoment(t *testing.T) {
	const yaml = `thresholds:
  - {name: A, metric: a.level, above: 10, resolve_below: 9, for: 20s, keep_firing_for: 30s, repeat_interval: 1m}
  - {name: B, metric: a.level, above: 10, for: 0s, on_no_data: alert, keep_firing_for: 10s, max_active: 2}
  - {name: C, span: {scope: agent, duration_above: 1s}, keep_firing_for: 30s}`
	kills, fired := 0, 0
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 2))
		e, l := newEvaluator(t, yaml, Options{})
		open, seen := map[string]bool{}, map[string]bool{}
		step := func(now time.Time) {
			for _, a := range drain(t, l.Ledger) {
				require.False(t, seen[a.ID], "%s came twice", a.ID)
				seen[a.ID] = true
				require.Equal(t, a.Firing() && a.Reason != Repeated, !open[a.Fingerprint], "%s at %v", a.ID, now)
				open[a.Fingerprint] = a.Firing()
				fired++
			}
		}
		now := noon
		run := func(n int, kill bool, value func() float64) {
			for range n {
				now = now.Add(s10)
				for _, room := range rooms(0, 4) {
					_ = e.Metrics(t.Context(), levels(value(), room), now)
				}
				e.Span(&SpanCall{Service: "s", Duration: time.Duration(value()-9) * time.Second, End: now}, now)
				_ = e.Flush(t.Context(), now)
				_ = e.Tick(t.Context(), now)
				step(now)
				l.broken = kill && random.IntN(10) == 0
				if kill && random.IntN(8) == 0 {
					l.broken = false
					kills++
					now = now.Add(time.Duration(random.IntN(100)) * time.Second)
					var err error
					e, err = New(parseConfig(t, yaml), l, Options{})
					require.NoError(t, err)
					require.NoError(t, e.Restore(t.Context(), now))
				}
			}
		}
		run(200, true, func() float64 { return 7 + 5*random.Float64() })
		run(50, true, func() float64 { return 1 })
		run(40, false, func() float64 { return 1 })
		for fingerprint, is := range open {
			require.False(t, is, "%s never ended", fingerprint)
		}
		require.Zero(t, e.Stats().Open)
	}
	require.Greater(t, kills, 120)
	require.Greater(t, fired, 250)
}
