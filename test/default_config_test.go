package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// defaults starts the default configuration with its ports moved, in an empty directory.
func defaults(t *testing.T, env ...string) (g *gateway.Gateway, otlp, scrapeURL, health string) {
	t.Helper()
	return defaultsWith(t, nil, env...)
}

// defaultsWith starts the default configuration with further arguments, which change it.
func defaultsWith(t *testing.T, args []string, env ...string) (g *gateway.Gateway, otlp, scrapeURL, health string) {
	t.Helper()
	g, otlp, scrapeURL, health, _ = defaultsAll(t, args, env...)
	return g, otlp, scrapeURL, health
}

// defaultsAll gives the gateway's own metrics too.
func defaultsAll(t *testing.T, args []string, env ...string) (g *gateway.Gateway, otlp, scrapeURL, health, own string) {
	t.Helper()
	g, otlp, scrapeURL, health, own, _ = defaultsGRPC(t, args, env...)
	return g, otlp, scrapeURL, health, own
}

// defaultsGRPC gives the host:port for OTLP/gRPC too.
func defaultsGRPC(t *testing.T, args []string, env ...string) (g *gateway.Gateway, otlp, scrapeURL, health, own, rpc string) {
	t.Helper()
	return defaultsOn(t, gateway.FreePorts(t, 5), args, env...)
}

// defaultsOn takes the ports: OTLP over gRPC and HTTP, Prometheus, health, the gateway's own metrics.
func defaultsOn(t *testing.T, ports []int, args []string, env ...string) (g *gateway.Gateway, otlp, scrapeURL, health, own, rpc string) {
	t.Helper()
	env = append(env,
		"OTLP_GRPC_ENDPOINT="+gateway.Loopback(ports[0]),
		"OTLP_HTTP_ENDPOINT="+gateway.Loopback(ports[1]),
		"PROMETHEUS_ENDPOINT="+gateway.Loopback(ports[2]),
		"HEALTH_ENDPOINT="+gateway.Loopback(ports[3]),
		fmt.Sprintf("TELEMETRY_PORT=%d", ports[4]),
	)
	g = gateway.Start(t, gateway.Options{Config: gateway.Root() + "/collector-config.yaml", Args: args, Env: env})
	url := func(port int) string { return "http://" + gateway.Loopback(port) }
	return g, url(ports[1]), url(ports[2]) + "/metrics", url(ports[3]) + "/health/status", url(ports[4]) + "/metrics", gateway.Loopback(ports[0])
}

// firstValue is the time in which the first value of a series must have come out of a default configuration: it is 0 for 45 s at most.
const firstValue = 90 * time.Second

// TestDefaultConfig starts the default configuration as it is: it says nothing above info, is healthy, and turns a payload into cost in
// its Prometheus endpoint. Variables that are empty are as good as not set.
func TestDefaultConfig(t *testing.T) {
	t.Parallel()
	g, otlp, scrapeURL, health := defaults(t, "GATEWAY_ID=0123", "BACKEND_EXPORTER=", "OTLP_BACKEND_INSECURE=", "TELEMETRY_HOST=")
	resp, err := http.Get(health)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)

	const capture = "openinference-langchain"
	body, _ := readCapture(t, capture)
	gateway.Post(t, otlp+"/v1/traces", "application/json", body)
	want := nano(readTruth(t)[capture].ExpectedTotalUSD)
	require.Eventually(t, func() bool { return nano(scrape(t, scrapeURL).sum("llm_cost_usd_total")) == want },
		firstValue, 200*time.Millisecond, "llm_cost_usd_total")
	for line := range strings.Lines(scrapeText(t, scrapeURL)) {
		assert.NotRegexp(t, `[{,](job|instance|otel_scope_[a-z]+)=`, line, "every series has the target's in Prometheus")
	}
	checkQuiet(t, g)
	g.Stop(t)
	checkQuiet(t, g)
}

// TestDefaultConfigWithBackend names a backend: it gets the priced spans and the metrics.
func TestDefaultConfigWithBackend(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	g, otlp, _, _ := defaults(t, "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+backend.GRPC)
	const capture = "vercel-ai-v6"
	body, traces := readCapture(t, capture)
	gateway.Post(t, otlp+"/v1/traces", "application/json", body)
	gateway.Post(t, otlp+"/v1/logs", "application/json", []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}`))
	require.Eventually(t, func() bool {
		return backend.SpanCount() == traces.SpanCount() && len(backend.Metrics()) > 0 && len(backend.Logs()) > 0
	}, 40*time.Second, 100*time.Millisecond, "traces, metrics and logs reach the backend")
	assert.Equal(t, nano(readTruth(t)[capture].ExpectedTotalUSD), sum(count(t, backend.Traces()).priced))
	checkQuiet(t, g)
}

func checkQuiet(t *testing.T, g *gateway.Gateway) {
	t.Helper()
	assert.Empty(t, g.Loud(), "log lines above info")
}
