package report

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
)

// filled is a report with something in each part of a page; what came from outside has markup in it.
func filled() *Report {
	s := &Scenario{
		Loop: "open", requests: 10, good: 9, Notes: []string{"<b>note</b>"},
		Metrics: map[string]any{
			"avg_response_time": 6.0, "p95_response_time": 13.0, "accounted_cost_usd": 0.5, "cost_per_good_request_usd": nil, "memory_peak_mb": 2000.0,
			"error_rate": 0.1, "time_share": map[string]any{"llm": 0.75, "tool": 0.15, "agent": 0.1}, "cpu_usage_percent": 90.0,
		},
		Failures:     map[string]Failure{"status": {1, "<script>alert(1)</script>"}},
		Checks:       []Check{{"fail_on: a.cost_usd > 1", Unknown, nil}},
		Timeline:     []measure.Slot{{From: 0, To: 1, Requests: 5, P50: pointer(0.1), P95: pointer(0.2)}, {From: 1, To: 2}},
		Distribution: []Point{{0, 0.1}, {1, 0.2}},
		Capacity:     &Capacity{Search: "rate", Found: 40, Steps: []CapacityStep{{Load: 40, Holds: true, P95: pointer(0.1)}, {Load: 41, Why: "<slow>", P95: pointer(0.3)}}},
	}
	r := &Report{BenchmarkID: "x", Scenarios: map[string]*Scenario{"a": s}}
	r.Finish()
	return r
}

func TestPage(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, filled().WriteHTML(&b))
	for _, want := range []string{
		"Latency by load", "Latency over time", "Where the time went", "model calls 75 %", "40/s", "unknown", "&lt;b&gt;note", "&lt;script&gt;alert", "&lt;slow&gt;",
	} {
		require.Contains(t, b.String(), want)
	}
	require.NotContains(t, b.String(), "NaN")
}

func TestRecommendations(t *testing.T) {
	r := filled()
	require.Len(t, r.Recommendations, 5)
	require.Contains(t, r.Recommendations[0], "6.00 s on average, more than 5 s. 75 % of it are model calls")
	require.Contains(t, r.Recommendations[1], "p95 is 13.00 s, 2.2 times the average")
	r.Scenarios["a"].Metrics = map[string]any{}
	r.Finish()
	require.Equal(t, []string{"All is fine: nothing measured is out of the ordinary."}, r.Recommendations)
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, filled().WriteJUnit(&b))
	var back junitSuites
	require.NoError(t, xml.Unmarshal(b.Bytes(), &back))
	require.Equal(t, 1, back.Suites[0].Failures)
	require.Equal(t, "unknown: it is –", back.Suites[0].Cases[1].Failure.Message)
}
