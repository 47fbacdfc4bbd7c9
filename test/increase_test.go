package test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// callNano is what one of these calls costs, in nano-USD.
const callNano = 100*150 + 20*600

// caller makes calls of one model.
type caller struct {
	population
	rig *rig
}

func (c *caller) calls(t *testing.T, service, fault string, n int) {
	t.Helper()
	for range n {
		o := operation{
			service: service, version: "1.0", name: genai.OpChat, provider: "openai", model: "gpt-4o-mini-2024-07-18",
			start: time.Now().Add(-time.Second), took: time.Second, usage: provider.Usage{Input: 100, Output: 20}, fault: fault,
		}
		c.identify(&o)
		c.rig.post(t, payload([]operation{o}))
	}
}

// TestIncreaseSeesEveryCall: whatever is called once, fails once, goes on after a restart of the gateway or comes back after it was forgotten
// is in Prometheus' increase(), which knows only differences between scrapes.
func TestIncreaseSeesEveryCall(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	r := newRig(t, "increase.yaml")
	server := prometheus.Start(t, true, r.scraped)
	c := &caller{population: population{Rand: rand.New(rand.NewPCG(3, 5))}, rig: r}
	shows := func(expr string, want float64) {
		t.Helper()
		require.Eventually(t, func() bool { return server.Scalar(t, expr) == want }, time.Minute, 200*time.Millisecond, "%s is %v", expr, want)
	}

	shows("count_over_time(up[1m]) > bool 1", 1) // it is being scraped

	const services, each = 30, 5
	for i := range services {
		c.calls(t, fmt.Sprintf("service-%d", i), "", each)
	}
	c.calls(t, "rare", "boom", 1)
	shows("sum(llm_calls_total)", services*each+1)
	shows("sum(llm_errors_total)", 1)
	checkGained(t, server, "llm_calls_total", services*each+1)
	checkGained(t, server, "llm_cost_usd_total", (services*each+1)*callNano*1e-9)
	checkGained(t, server, `llm_calls_total{service_name="rare", status="error"}`, 1)
	checkGained(t, server, `llm_errors_total{service_name="rare", error_type="boom"}`, 1)
	checkIncrease(t, server.Scalar(t, "histogram_count(sum(increase(gen_ai_client_operation_duration_seconds[10m])))"), services*each+1, mostOfHistogram, "durations")

	r.Stop(t)
	r.start(t, "increase.yaml")
	c.calls(t, "service-0", "", 1)
	shows(`sum(llm_calls_total{service_name="service-0"})`, 1)
	checkGained(t, server, `llm_calls_total{service_name="service-0"}`, each+1)

	require.Eventually(t, func() bool { return scrape(t, r.scrape)["llm_calls_total"] == nil }, 2*time.Minute, time.Second, "its series ends")
	c.calls(t, "service-0", "", 2)
	shows(`sum(llm_calls_total{service_name="service-0"})`, 2)
	checkGained(t, server, `llm_calls_total{service_name="service-0"}`, each+1+2)
	checkGained(t, server, `llm_cost_usd_total{service_name="service-0"}`, (each+1+2)*callNano*1e-9)
}

// checkGained compares what all series of a selector gained from scrape to scrape with what was made, to the last digit, and then what Prometheus
// makes of it.
func checkGained(t *testing.T, server *prometheus.Server, selector string, made float64) {
	t.Helper()
	gained := 0.0
	series := server.Matrix(t, selector+"[10m]")
	for _, s := range series {
		assert.Zero(t, s.Values[0], "the first value of %v", s.Labels)
		for i := 1; i < len(s.Values); i++ {
			if gained += s.Values[i]; s.Values[i] >= s.Values[i-1] { // else it began anew
				gained -= s.Values[i-1]
			}
		}
	}
	assert.Equal(t, nano(made), nano(gained), "%s gained in %d series", selector, len(series))
	checkIncrease(t, server.Scalar(t, "sum(increase("+selector+"[10m]))"), made, mostOfCounter, selector)
}

// Prometheus extrapolates beyond the last scrape by 1.1 intervals at most, before the first one of a counter that was 0 not at all and of a
// histogram by half an interval; two scrapes are one interval.
const (
	mostOfCounter   = 1 + 1.1
	mostOfHistogram = 1 + 1.1 + 0.5
)

// checkIncrease allows for that.
func checkIncrease(t *testing.T, increase, made, most float64, what string) {
	t.Helper()
	assert.GreaterOrEqual(t, nano(increase), nano(made), "increase of %s", what)
	assert.LessOrEqual(t, increase, most*made*(1+1e-9), "increase of %s", what)
}
