package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// TestSecondTierPassesOn: all that a gateway with the default configuration sends on is taken by configs/second-tier.yaml, which
// passes the traces, priced once, and the logs on to its own backend.
func TestSecondTierPassesOn(t *testing.T) {
	t.Parallel()
	backend := sink.Start(t)
	second := startShipped(t, "configs/second-tier.yaml", nil, "OTLP_BACKEND="+backend.GRPC)
	first, otlp, _, _ := defaults(t, "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+second.grpc)
	const capture = "vercel-ai-v6"
	body, traces := readCapture(t, capture)
	gateway.Post(t, otlp+"/v1/traces", "application/json", body)
	gateway.Post(t, otlp+"/v1/logs", "application/json", []byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}`))
	require.Eventually(t, func() bool { return backend.SpanCount() == traces.SpanCount() && len(backend.Logs()) > 0 },
		40*time.Second, 100*time.Millisecond, "traces and logs reach the backend behind the second tier")
	assert.Equal(t, nano(readTruth(t)[capture].ExpectedTotalUSD), sum(count(t, backend.Traces()).priced))
	checkQuiet(t, first)
	checkQuiet(t, second.Gateway)
}
