package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stats"
)

// Within its capacity an agent answers in the time that it needs.
func TestOpenLoopBelowCapacity(t *testing.T) {
	r := run(t, "scenarios: [{name: a, rate: 20/s, arrival: constant, test_duration: 30s}]", func() load.Target { return newAgent(4, 100*time.Millisecond) })
	m := r.Scenarios["a"].Metrics
	require.Equal(t, 600, m["requests"])
	require.InDelta(t, 0.100, m["p50_response_time"], 0.002)
	require.InDelta(t, 0.100, m["p99_response_time"], 0.002)
	require.Empty(t, r.Scenarios["a"].Invalid)
}

// queue is when requests that come at these times leave an agent of so many workers.
func queue(arrivals []float64, workers int, takes float64) (responses []float64) {
	free := make([]float64, workers)
	for _, at := range arrivals {
		slices.Sort(free)
		free[0] = max(free[0], at) + takes
		responses = append(responses, free[0]-at)
	}
	slices.Sort(responses)
	return responses
}

// Above it, requests queue: as the model of the queue has it, wherever they wait.
func TestOpenLoopAboveCapacity(t *testing.T) {
	var arrivals []float64
	for i := range 60 * 20 {
		arrivals = append(arrivals, float64(i)/60)
	}
	want := queue(arrivals, 4, 0.1)
	for name, limit := range map[string]string{"they wait in the agent": "", "they wait in the generator": "max_in_flight: 4, "} {
		t.Run(name, func(t *testing.T) {
			r := run(t, "scenarios: [{name: a, rate: 60/s, arrival: constant, test_duration: 20s, "+limit+"request_timeout: 60s}]",
				func() load.Target { return newAgent(4, 100*time.Millisecond) })
			m := r.Scenarios["a"].Metrics
			require.Equal(t, 1200, m["requests"])
			for q, key := range map[float64]string{0.5: "p50_response_time", 0.9: "p90_response_time", 0.99: "p99_response_time"} {
				require.InEpsilon(t, want[stats.Rank(q, len(want))-1], m[key], 0.05, key)
			}
			require.Empty(t, r.Scenarios["a"].Invalid, "the generator is not late: the agent is")
			if limit != "" {
				require.InDelta(t, 0.1, m["p99_service_time"], 0.002)
			}
		})
	}
}

// stalled is an agent that begins nothing from second 10 to 12.
func stalled() load.Target {
	start := time.Now()
	a := newAgent(1000, 10*time.Millisecond)
	a.stall = func() time.Duration {
		if at := time.Since(start); at >= 10*time.Second && at < 12*time.Second {
			return 12*time.Second - at
		}
		return 0
	}
	return a
}

// A stall is in the percentiles of an open loop with all that waited; a closed loop hides them and says so.
func TestStall(t *testing.T) {
	open := run(t, "scenarios: [{name: a, rate: 10/s, arrival: constant, test_duration: 60s}]", stalled).Scenarios["a"]
	require.InDelta(t, 1.41, open.Metrics["p99_response_time"], 0.011, "rank 594 of 600: six waited longer")
	r := run(t, "scenarios: [{name: a, concurrent_users: 1, turns: [{input: x, think: 90ms}], test_duration: 60s}]", stalled)
	closed := r.Scenarios["a"]
	require.InDelta(t, 0.010, closed.Metrics["p99_response_time"], 0.002)
	require.Contains(t, strings.Join(closed.Notes, "\n"), "hidden")
}

// Requests that are in flight when the time is over are waited for, up to their timeout, and counted.
func TestInFlightAtTheEnd(t *testing.T) {
	r := run(t, "scenarios: [{name: a, rate: 1/s, arrival: constant, test_duration: 10s, request_timeout: 4500ms}]", func() load.Target {
		a := newAgent(1000, 0)
		a.takes = func(r *load.Request) time.Duration { return time.Duration(r.User) * time.Second }
		return a
	})
	m := r.Scenarios["a"].Metrics
	require.Equal(t, 10, m["requests"])
	require.Equal(t, 5, m["good_requests"], "those of 0 to 4 s")
	require.InDelta(t, 0.5, m["timeout_rate"], 1e-9)
	require.InDelta(t, 4.5, m["p99_response_time"], 0.002, "what timed out is in the percentiles")
}

func TestClosedLoop(t *testing.T) {
	type seen struct{ user, turn int }
	var asked []seen
	var conversations []string
	lock := make(chan struct{}, 1)
	r := run(t, "seed: 3\nscenarios: [{name: a, concurrent_users: 3, requests_per_user: 4, warmup_requests: 2, "+
		"turns: [{input: 'one {{ .data.topic }}'}, {input: 'two {{ .last }}', think: 2s}]}]", func() load.Target {
		a := newAgent(100, time.Second)
		a.takes = func(r *load.Request) time.Duration {
			lock <- struct{}{}
			defer func() { <-lock }()
			asked = append(asked, seen{r.User, r.Turn})
			conversations = append(conversations, r.Conversation)
			if r.Turn == 1 {
				assert.Equal(t, "two yes", r.Input)
			} else {
				assert.Greater(t, len(r.Input), 20, "generated")
			}
			return time.Second
		}
		return a
	})
	m := r.Scenarios["a"].Metrics
	require.Equal(t, 12, m["requests"], "the warm-up is not measured")
	require.Len(t, asked, 14)
	require.Equal(t, 3, m["concurrent_requests_handled"])
	slices.Sort(conversations)
	require.Len(t, slices.Compact(conversations), 2+6)
	require.InDelta(t, 12.0/(4*1+2*2), m["requests_per_second"], 0.01, "two of four turns are thought about")
}

// What was interrupted is reported without what was in flight.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10500*time.Millisecond)
		defer cancel()
		f := parse(t, "scenarios: [{name: a, concurrent_users: 2, test_duration: 1h}, {name: b, concurrent_users: 1, test_duration: 1h}]")
		r, err := newBench(f, newAgent(2, time.Second)).Run(ctx)
		require.NoError(t, err)
		require.True(t, r.Interrupted)
		require.Equal(t, []string{"a"}, r.Names())
		require.Equal(t, 20, r.Scenarios["a"].Metrics["requests"])
		require.Contains(t, strings.Join(r.Scenarios["a"].Notes, "\n"), "2 requests in flight were given up")
	})
}

// A generator that was late or used up its CPU says that the figures are its own.
func TestSaturated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		used := 0.0
		b := newBench(parse(t, "scenarios: [{name: a, concurrent_users: 1, test_duration: 10s}]"), newAgent(1, time.Second))
		b.Cores = 2
		b.OwnCPU = func() (float64, bool) {
			defer func() { used += 17 }()
			return used, true
		}
		r, err := b.Run(t.Context())
		require.NoError(t, err)
		require.Contains(t, r.Scenarios["a"].Invalid, "generator_saturated: it used 85 % of its CPU")
		require.False(t, r.Summary.Passed)
	})
}

func TestChecksAndJSON(t *testing.T) {
	r := run(t, `scenarios: [{name: a, rate: 10/s, arrival: constant, test_duration: 30s}]
slo: {latency_p95: 50ms, error_ratio: 0.01}
fail_on: ["a.response_time.p50 > 1s", "a.cost_per_good_request_usd > 0.05"]
`, func() load.Target { return newAgent(4, 100*time.Millisecond) })
	states := map[string]string{}
	for _, c := range r.Scenarios["a"].Checks {
		states[c.Text] = c.Status
	}
	require.Equal(t, map[string]string{
		"slo: latency_p95 <= 0.05": "broken", "slo: error_ratio <= 0.01": "passed",
		"fail_on: a.response_time.p50 > 1s": "passed", "fail_on: a.cost_per_good_request_usd > 0.05": "unknown",
	}, states)
	require.False(t, r.Summary.Passed)
	require.Zero(t, r.Scenarios["a"].Metrics["goodput_per_second"], "none is within the SLO")

	var b bytes.Buffer
	require.NoError(t, r.WriteJSON(&b))
	var back map[string]any
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	for _, key := range []string{"benchmark_id", "start_time", "end_time", "total_duration", "config", "scenarios", "summary", "recommendations"} {
		require.Contains(t, back, key)
	}
	require.Len(t, r.Scenarios["a"].Batches, 32)
}
