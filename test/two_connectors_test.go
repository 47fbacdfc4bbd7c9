package test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// TestTwoConnectorsIntoOneExporter: two configurations count calls of one model of one service, and the exporter shows those of both.
func TestTwoConnectorsIntoOneExporter(t *testing.T) {
	t.Parallel()
	ports := gateway.FreePorts(t, 3)
	g := gateway.Start(t, gateway.Options{Config: gateway.Root() + "/test/testdata/two-connectors.yaml", Env: []string{
		fmt.Sprintf("OTLP_A_PORT=%d", ports[0]), fmt.Sprintf("OTLP_B_PORT=%d", ports[1]), fmt.Sprintf("PROMETHEUS_PORT=%d", ports[2]),
	}})
	p := &population{Rand: rand.New(rand.NewPCG(7, 11))}
	for i, calls := range []int{10, 5} {
		for range calls {
			o := operation{
				service: "shop", version: "1.0", name: genai.OpChat, provider: "openai", model: "gpt-4o-mini-2024-07-18",
				start: time.Now().Add(-time.Second), took: time.Second, usage: provider.Usage{Input: 100, Output: 20},
			}
			p.identify(&o)
			postTraces(t, "http://"+gateway.Loopback(ports[i]), payload([]operation{o}))
		}
	}
	url := "http://" + gateway.Loopback(ports[2]) + "/metrics"
	require.Eventually(t, func() bool { return scrape(t, url).sum("llm_calls_total") == 15 }, 30*time.Second, 100*time.Millisecond, "15 of 15")
	got := scrape(t, url)
	assert.InDelta(t, 10, got.sum("llm_calls_total", "otelcol_component_id", "genaimetrics/a"), 0)
	assert.InDelta(t, 5, got.sum("llm_calls_total", "otelcol_component_id", "genaimetrics/b"), 0)
	assert.Equal(t, int64(15*callNano), nano(got.sum("llm_cost_usd_total")))
	checkQuiet(t, g)
}
