package bench

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/report"
)

// capacityOf searches in virtual time; the agent has 4 workers that take 100 ms: 40 requests a second.
func capacityOf(t *testing.T, text string) *report.Capacity {
	t.Helper()
	var found *report.Capacity
	synctest.Test(t, func(t *testing.T) {
		r, err := newBench(parse(t, text), newAgent(4, 100*time.Millisecond)).Capacity(t.Context())
		require.NoError(t, err)
		s := r.Scenarios["a"]
		found = s.Capacity
		if found.Found > 0 {
			require.Equal(t, found.MaxConcurrent, s.Metrics["max_concurrent_capacity"])
		}
	})
	return found
}

func TestCapacityByRate(t *testing.T) {
	for name, arrival := range map[string]string{"constant": "arrival: constant, ", "poisson": ""} {
		t.Run(name, func(t *testing.T) {
			slo := "slo: {latency_p95: 200ms}"
			if name == "poisson" { // then nearly all wait a little, long before the queue grows without end
				slo = "slo: {latency_p95: 1s}"
			}
			c := capacityOf(t, "scenarios: [{name: a, rate: 1/s, "+arrival+"test_duration: 1s}]\ncapacity: {search: rate, min: 0.5, max: 200, step: 30s, settle: 5s}\n"+slo)
			require.InEpsilon(t, 40, c.Found, 0.05)
			require.LessOrEqual(t, len(c.Steps), 10)
			require.NotEmpty(t, c.Limit)
			if name == "constant" {
				require.InEpsilon(t, 4, c.MaxConcurrent, 0.10, "Little's law: 40/s for 100 ms")
			}
		})
	}
}

// Also without an SLO that would say so, a queue that grows is found.
func TestCapacityWithoutSLO(t *testing.T) {
	c := capacityOf(t, "scenarios: [{name: a, rate: 1/s, arrival: constant, test_duration: 1s, request_timeout: 5m}]\n"+
		"capacity: {search: rate, min: 1, max: 100, step: 60s, settle: 5s, precision: 0.02}\n")
	require.InEpsilon(t, 40, c.Found, 0.07)
	require.Contains(t, c.Limit, "the queue grows")
}

func TestCapacityByUsers(t *testing.T) {
	c := capacityOf(t, "scenarios: [{name: a, concurrent_users: 1, test_duration: 1s}]\n"+
		"capacity: {search: users, min: 1, max: 500, step: 30s, settle: 5s}\nslo: {latency_p95: 250ms}\n")
	require.Equal(t, 8.0, c.Found, "8 users share 4 workers: 200 ms; 9 wait more often than one time in twenty for 300")
	require.Contains(t, c.Limit, "9 users: latency_p95 is 0.3")
}

func TestCapacityOfNothing(t *testing.T) {
	c := capacityOf(t, "scenarios: [{name: a, rate: 1/s, test_duration: 1s}]\ncapacity: {search: rate, min: 1, max: 10, step: 10s, settle: 1s}\nslo: {latency_p95: 50ms}\n")
	require.Zero(t, c.Found)
	require.Contains(t, c.Limit, "1/s: latency_p95 is")
	for _, s := range c.Steps {
		require.False(t, s.Holds)
	}
}

// Where the generator does not keep up the search ends, and its answer is invalid: it says nothing of the agent.
func TestCapacityOfASaturatedGenerator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(parse(t, "scenarios: [{name: a, rate: 1/s, arrival: constant, test_duration: 1s}]\n"+
			"capacity: {search: rate, min: 1, max: 100, step: 10s, settle: 1s}\n"), newAgent(4, 100*time.Millisecond))
		used, steps := 0.0, 0
		b.OwnCPU = func() (float64, bool) {
			if steps++; steps > 2 { // after the first step, which holds
				used += 10
			}
			return used, true
		}
		r, err := b.Capacity(t.Context())
		require.NoError(t, err)
		s := r.Scenarios["a"]
		require.Contains(t, s.Invalid, "generator_saturated")
		require.Contains(t, s.Capacity.Limit, "generator_saturated")
		require.Len(t, s.Capacity.Steps, 4)
		require.Equal(t, 10.0, s.Capacity.Found, "what held before")
	})
}

var _ load.Target = (*agent)(nil)
