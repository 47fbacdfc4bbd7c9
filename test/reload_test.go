package test

import (
	"bytes"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// TestReloadWithoutBackend: a gateway that cannot deliver its last metrics, nor an alert, reads its configuration again all the same.
func TestReloadWithoutBackend(t *testing.T) {
	t.Parallel()
	away := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	g, otlp, _, _ := defaultsWith(t, []string{
		"--set=exporters.otlp_grpc/backend.sending_queue.enabled=false", "--set=exporters.otlp_grpc/backend.retry_on_failure.enabled=false",
	}, "BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+away)
	contains := func(text string, times int) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Count(g.Log(), text) >= times }, firstValue, 100*time.Millisecond, text)
	}
	body, _ := readCapture(t, "vercel-ai-v6") // calls of last year: an alert
	post := func() {
		t.Helper()
		resp, err := http.Post(otlp+"/v1/traces", "application/json", bytes.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode) // which is for the sender to repeat
	}
	post()
	contains("ALERT WARNING: LATE_USAGE", 1)
	require.NoError(t, syscall.Kill(g.PID(), syscall.SIGHUP))
	contains("Everything is ready", 2)
	for _, why := range []string{
		"Alerts that were not delivered stay in the ledger", "The last interval of GenAI metrics is not exported", "The last report is not delivered",
	} {
		assert.Contains(t, g.Log(), why)
	}
	post()
	g.Stop(t)
	assert.Zero(t, g.ExitCode())
}
