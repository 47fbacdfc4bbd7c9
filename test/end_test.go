package test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// TestGaugesEnd: when a window after the last call has passed, no gauge stands any more that speaks of it, wherever gauges go: on
// /metrics, in Prometheus (long before the five minutes after which it forgets what it hears nothing of), scraped and written to, and over
// OTLP. The counters stay.
func TestGaugesEnd(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	quick := []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=1s", "--set=processors.perfstats.window=6s", "--set=processors.perfstats.interval=1s",
	}
	backend := sink.Start(t)
	g, otlp, scrapeURL, _ := defaultsWith(t, append(slices.Clone(quick), wholeScrape), "GATEWAY_ID=scraped", "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend.GRPC)
	scraping := prometheus.Start(t, true, hostOf(scrapeURL))
	written := prometheus.Start(t, true)
	ports := gateway.FreePorts(t, 2)
	writer := gateway.Start(t, gateway.Options{Config: gateway.Root() + "/configs/remote-write.yaml", Env: []string{
		"OTLP_GRPC_ENDPOINT=" + gateway.Loopback(ports[0]), "OTLP_HTTP_ENDPOINT=" + gateway.Loopback(ports[1]),
		"REMOTE_WRITE_URL=" + written.URL + "/api/v1/write", "GATEWAY_ID=writer",
	}, Args: append(quick, "--set=service.telemetry.metrics.level=none")})

	const unhealthy, ratio = `llm_perf_health{service_name="broken", state="unhealthy"} == 1`, `llm_perf_error_ratio{service_name="broken"} == 1`
	p := &population{Rand: rand.New(rand.NewPCG(3, 4))}
	seen := map[*prometheus.Server]bool{}
	for deadline := time.Now().Add(time.Minute); len(seen) < 2 || len(standing(backend.Metrics())) == 0; {
		require.True(t, time.Now().Before(deadline), "no gauges")
		call := operation{
			service: "broken", version: "1.0", name: genai.OpChat, provider: "openai", model: "gpt-4o-mini", fault: "server_error",
			start: time.Now().Add(-time.Second), took: time.Second,
		}
		p.identify(&call)
		for _, to := range []string{otlp, "http://" + gateway.Loopback(ports[1])} {
			postTraces(t, to, payload([]operation{call}))
		}
		for _, s := range []*prometheus.Server{scraping, written} {
			if len(s.Query(t, unhealthy)) == 2 && len(s.Query(t, ratio)) == 2 { // of the service and of its model
				seen[s] = true
			}
		}
		time.Sleep(200 * time.Millisecond)
	}

	settled(t, func(t2 assert.TestingT) {
		for name := range scrape(t, scrapeURL) {
			assert.NotContains(t2, name, "llm_perf_")
		}
		assert.Empty(t2, toldBy(t, scraping), "scraped")
		assert.Empty(t2, toldBy(t, written), "written")
		assert.Empty(t2, standing(backend.Metrics()), "over OTLP")
	})
	for _, s := range []*prometheus.Server{scraping, written} {
		assert.Len(t, s.Query(t, `llm_calls_total{status="error"}`), 1)
	}
	checkQuiet(t, g)
	checkQuiet(t, writer)
}

// standing are the gauges of perfstats that have a value, and were not said to have none since.
func standing(batches []pmetric.Metrics) map[string]float64 {
	all := newTold("scraped", nil)
	for _, md := range batches {
		all.keep(md)
	}
	return all.gauges
}
