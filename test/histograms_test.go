package test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// bucketRatio is how much larger one bound of a native histogram is than the one before, at the scale in which they leave perfstats.
var bucketRatio = math.Exp2(1.0 / 8)

// conventionsBounds are the bounds of gen_ai.client.operation.duration that the semantic conventions advise.
var conventionsBounds = []float64{0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}

var durations = map[string]string{ // by scope
	"llm": "gen_ai_client_operation_duration_seconds", "agent": "agent_request_duration_seconds", "tool": "gen_ai_execute_tool_duration_seconds",
}

// durationOf adds up a histogram of one service's model, agent or tool over how the operations ended.
func durationOf(key cellKey, suffix, by string) string {
	return fmt.Sprintf(`sum by (%s) (%s%s{service_name=%q, %s=%q})`, by, durations[key.scope], suffix, key.service, prometheusLabel(key.attr), key.value)
}

// TestNativeHistograms asks Prometheus for percentiles of the native histograms it scraped: they are within one bucket of the gauges.
func TestNativeHistograms(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	server, truth := scrapedHistograms(t, true)
	compared := 0
	settled(t, func(t2 assert.TestingT) { compared = compareNative(t, t2, server, truth) })
	t.Logf("%d percentiles compared", compared)
}

func compareNative(t *testing.T, t2 assert.TestingT, server *prometheus.Server, truth *account) (compared int) {
	for key, c := range truth.cells {
		if key.value == "" {
			continue
		}
		for stat, q := range map[string]float64{"p50": 0.5, "p95": 0.95, "p99": 0.99} {
			asked := server.Scalar(t, fmt.Sprintf("histogram_quantile(%v, %s)", q, durationOf(key, "", "")))
			told := gaugeOf(t, server, key, stat)
			assert.InDelta(t2, 0, math.Log(asked/told), math.Log(bucketRatio), "%v %s: histogram_quantile gives %v, the gauge %v", key, stat, asked, told)
			compared++
		}
		count := server.Scalar(t, "histogram_count("+durationOf(key, "", "")+")")
		assert.InDelta(t2, c.calls, count, 0, "%v", key)
	}
	return compared
}

// TestClassicHistograms does so with `histograms: classic` and a Prometheus that knows no native ones: histogram_quantile and the gauge
// are in the bucket that holds the true value.
func TestClassicHistograms(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	server, truth := scrapedHistograms(t, false, "--set=connectors.genaimetrics.histograms=classic")
	compared := 0
	settled(t, func(t2 assert.TestingT) { compared = compareClassic(t, t2, server, truth) })
	t.Logf("%d percentiles compared", compared)
}

func compareClassic(t *testing.T, t2 assert.TestingT, server *prometheus.Server, truth *account) (compared int) {
	for key, c := range truth.cells {
		if key.value == "" {
			continue
		}
		slices.Sort(c.latency)
		for stat, q := range map[string]float64{"p50": 0.5, "p95": 0.95, "p99": 0.99} {
			above, _ := slices.BinarySearch(conventionsBounds, rank(c.latency, q))
			if above == len(conventionsBounds) { // beyond the last bound histogram_quantile can only say that bound
				continue
			}
			low, high := conventionsBounds[above-1], conventionsBounds[above]
			asked := server.Scalar(t, fmt.Sprintf("histogram_quantile(%v, %s)", q, durationOf(key, "_bucket", "le")))
			for what, v := range map[string]float64{"histogram_quantile": asked, "gauge": gaugeOf(t, server, key, stat)} {
				assert.GreaterOrEqual(t2, v, low*(1-percentileError), "%s of %v %s", what, key, stat)
				assert.LessOrEqual(t2, v, high*(1+percentileError), "%s of %v %s", what, key, stat)
			}
			compared++
		}
		assert.InDelta(t2, c.calls, server.Scalar(t, durationOf(key, "_count", "")), 0, "%v", key)
	}
	return compared
}

// scrapedHistograms sends generated operations through a gateway and waits until Prometheus has them all.
func scrapedHistograms(t *testing.T, native bool, args ...string) (*prometheus.Server, *account) {
	t.Helper()
	args = append(args, "--config", gateway.Root()+"/test/testdata/everything.yaml", "--set=connectors.genaimetrics.naming=[semconv]")
	_, otlp, scrapeURL, _ := defaultsWith(t, args)
	server := prometheus.Start(t, native, hostOf(scrapeURL))
	traces, truth := aFewMinutes(t, 3000)
	postTraces(t, otlp, traces)
	want := map[string]int64{}
	for key, c := range truth.cells {
		if key.value == "" {
			want[key.scope] += c.calls
		}
	}
	require.Eventually(t, func() bool {
		for scope, calls := range want {
			whole := `sum(llm_perf_samples{gen_ai_request_model="", gen_ai_agent_name="", gen_ai_tool_name="", scope="` + scope + `"})`
			if server.Scalar(t, whole) != float64(calls) {
				return false
			}
		}
		return true
	}, 30*time.Second, 200*time.Millisecond)
	return server, truth
}

func gaugeOf(t testing.TB, server *prometheus.Server, key cellKey, stat string) float64 {
	t.Helper()
	return server.Scalar(t, fmt.Sprintf(`llm_perf_latency_seconds{service_name=%q, %s=%q, scope=%q, stat=%q}`,
		key.service, prometheusLabel(key.attr), key.value, key.scope, stat))
}
