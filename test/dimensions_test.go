package test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// TestTwoEnvironments: a dimension of genaimetrics splits what perfstats tells without a word to it. Where all calls of staging fail and none
// of production, one is unhealthy and the other is not.
func TestTwoEnvironments(t *testing.T) {
	t.Parallel()
	const env, label = "deployment.environment.name", "deployment_environment_name"
	g, otlp, scrapeURL, _ := defaultsWith(t, []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=1s",
		"--set=connectors.genaimetrics.dimensions=[{name: " + env + ", from: resource}]", wholeScrape,
	})
	p := &population{Rand: rand.New(rand.NewPCG(5, 6))}
	for where, fault := range map[string]string{"production": "", "staging": "server_error"} {
		var calls []operation
		for range 10 {
			call := operation{
				service: "shop", version: "1.0", name: genai.OpChat, provider: "openai", model: "gpt-4o-mini", fault: fault,
				start: time.Now().Add(-2 * time.Second), took: time.Second,
			}
			p.identify(&call)
			calls = append(calls, call)
		}
		traces := payload(calls)
		traces.ResourceSpans().At(0).Resource().Attributes().PutStr(env, where)
		postTraces(t, otlp, traces)
	}
	settled(t, func(t2 assert.TestingT) {
		got := scrape(t, scrapeURL)
		for where, failed := range map[string]float64{"production": 0, "staging": 1} {
			assert.Equal(t2, 2*failed, got.sum("llm_perf_error_ratio", label, where), where) // of the service and of its model
			assert.Equal(t2, 2*failed, got.sum("llm_perf_health", label, where, "state", "unhealthy"), where)
			assert.Equal(t2, 2-2*failed, got.sum("llm_perf_health", label, where, "state", "healthy"), where)
			assert.Equal(t2, 20.0, got.sum("llm_perf_samples", label, where, "scope", "llm"), where)
		}
		assert.Equal(t2, 4.0, got.sum("llm_perf_health"), "and nothing over both")
	})
	checkQuiet(t, g)
}
