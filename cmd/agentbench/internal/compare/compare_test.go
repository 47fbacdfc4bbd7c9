package compare

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
)

// simulate is a run of 1,000 requests at 28/s on an agent of 4 workers: service times are lognormal with a median of 100 ms and take slower
// times as long; requests wait for a free worker, so that neighbours are alike.
func simulate(seed uint64, slower, fails float64) Scenario {
	r := rand.New(rand.NewPCG(seed, 7))
	free := make([]float64, 4)
	var requests []measure.Request
	at := 0.0
	for range 1000 {
		at += r.ExpFloat64() / 28
		slices.Sort(free)
		took := slower * 0.1 * math.Exp(0.4*r.NormFloat64())
		free[0] = max(free[0], at) + took
		one := measure.Request{
			Intended: time.Duration(at * 1e9), Started: time.Duration(at * 1e9), Ended: time.Duration(free[0] * 1e9), FirstText: time.Duration((free[0] - at) / 2 * 1e9),
		}
		if r.Float64() < fails {
			one.Failure = load.Status
		}
		requests = append(requests, one)
	}
	latency := func(r *measure.Request) time.Duration { return r.Ended - r.Intended }
	cost := func([16]byte) (float64, bool) { return slower / 1000 * (1 + 0.3*r.NormFloat64()), true }
	return Scenario{Loop: "open", Batches: measure.Batches(requests, latency, cost)}
}

func compared(a, b Scenario) *Result {
	return Runs(&Run{Scenarios: map[string]Scenario{"a": a}}, &Run{Scenarios: map[string]Scenario{"a": b}}, Options{Alpha: 0.01, MinEffect: 0.05})
}

// Of 200 pairs of runs that differ by chance alone, at most 5 % are called different.
func TestFalseAlarms(t *testing.T) {
	alarms := 0
	for i := range uint64(200) {
		r := compared(simulate(2*i, 1, 0.02), simulate(2*i+1, 1, 0.02))
		if slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Verdict != Same }) {
			alarms++
		}
	}
	t.Logf("%d of 200", alarms)
	require.LessOrEqual(t, alarms, 10)
}

// Service times that are 20 % longer are found, nearly always; and which figures they are.
func TestSlower(t *testing.T) {
	found := 0
	for i := range uint64(10) {
		if r := compared(simulate(1000+2*i, 1, 0), simulate(1001+2*i, 1.2, 0)); r.Worse {
			found++
		}
	}
	t.Logf("%d of 10", found)
	require.Equal(t, 10, found)

	r := compared(simulate(1, 1, 0), simulate(2, 1.2, 0.1))
	require.True(t, r.Worse)
	byName := map[string]Row{}
	for _, row := range r.Rows {
		byName[row.Name] = row
	}
	require.Equal(t, Worse, byName["response_time"].Verdict)
	require.Equal(t, Worse, byName["error_rate"].Verdict)
	require.InDelta(t, 0.1, byName["error_rate"].Change, 0.03)
	require.Equal(t, Worse, byName["cost_per_good_request_usd"].Verdict)
	require.Equal(t, Better, compared(simulate(2, 1.2, 0), simulate(1, 1, 0)).Rows[0].Verdict)
	require.False(t, compared(simulate(2, 1.2, 0), simulate(1, 1, 0)).Worse)
}

func TestSameSeed(t *testing.T) {
	for _, row := range compared(simulate(3, 1, 0.01), simulate(3, 1, 0.01)).Rows {
		require.Equal(t, Same, row.Verdict)
		require.Equal(t, 1.0, row.P)
		require.Zero(t, row.Change)
	}
}

// A model that costs nothing, in one run or in both.
func TestFree(t *testing.T) {
	paid := simulate(4, 1, 0)
	free := paid
	free.Batches = slices.Clone(paid.Batches)
	for i := range free.Batches {
		free.Batches[i].CostUSD = new(float64)
	}
	cost := func(r *Result) Row {
		i := slices.IndexFunc(r.Rows, func(row Row) bool { return row.Name == "cost_per_good_request_usd" })
		return r.Rows[i]
	}
	require.Zero(t, cost(compared(free, free)).Change)
	require.Equal(t, Worse, cost(compared(free, paid)).Verdict)
	require.Equal(t, Better, cost(compared(paid, free)).Verdict)
}

func TestNotes(t *testing.T) {
	good := simulate(1, 1, 0)
	bad := good
	bad.Invalid = "generator_saturated: late"
	bad.Config = "other"
	few := Scenario{Batches: good.Batches[:3]}
	r := Runs(&Run{Scenarios: map[string]Scenario{"a": good, "b": few, "old": good}}, &Run{Scenarios: map[string]Scenario{"a": bad, "b": few, "new": good}},
		Options{Alpha: 0.01, MinEffect: 0.05})
	require.True(t, r.Unusable)
	text := strings.Join(r.Notes, "\n")
	for _, want := range []string{
		"a: the new run is invalid: generator_saturated", "configured differently", "b: too few requests", "old: only the old run", "new: only the new run",
	} {
		require.Contains(t, text, want)
	}
	var b bytes.Buffer
	require.NoError(t, r.Write(&b))
	require.Contains(t, b.String(), "service_time")
	require.True(t, compared(Scenario{}, Scenario{}).Unusable)
	_, err := Read(strings.NewReader("{}"))
	require.ErrorContains(t, err, "no report")
	_, err = Read(strings.NewReader("["))
	require.Error(t, err)
}
