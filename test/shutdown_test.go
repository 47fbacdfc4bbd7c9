package test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// hangingBackend accepts connections and never answers.
func hangingBackend(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// awaitInFlight polls until an exporter is sending traces.
func awaitInFlight(t *testing.T, s *shipped, exporter string) {
	t.Helper()
	series := `otelcol_exporter_in_flight_requests{data_type="traces",exporter="` + exporter + `"} 1`
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, text := get(c, s.telemetry)
		require.Contains(c, text, series)
	}, 60*time.Second, 50*time.Millisecond)
}

// TestShutdownWithABackendThatHangs: the gateway ends, and says what it could not deliver. Stop fails the test when it does not.
func TestShutdownWithABackendThatHangs(t *testing.T) {
	t.Parallel()
	const bound = "SHUTDOWN_TIMEOUT=3s"
	ends := func(t *testing.T, g *gateway.Gateway, want ...string) {
		t.Helper()
		g.Stop(t)
		assert.Equal(t, 1, g.ExitCode())
		for _, text := range append(want, "The shutdown took longer than shutdown_timeout") {
			assert.Contains(t, g.Log(), text)
		}
	}
	body, _ := readCapture(t, "vercel-ai-v6")

	for _, exporter := range []string{"otlp_http", "otlp_grpc"} {
		t.Run(exporter, func(t *testing.T) {
			t.Parallel()
			backend := hangingBackend(t)
			patient := "--set=exporters." + exporter + "/backend.timeout=10m" // one try outlasts the test
			s := startShipped(t, "collector-config.yaml", []string{patient}, bound, "BACKEND_EXPORTER="+exporter+"/backend",
				"OTLP_BACKEND="+backend, "OTLP_BACKEND_URL=http://"+backend)
			gateway.Post(t, s.otlp+"/v1/traces", "application/json", body)
			awaitInFlight(t, s, exporter+"/backend")
			ends(t, s.Gateway, "traces of "+exporter+"/backend: queue size")
		})
	}
	t.Run("block_on_overflow", func(t *testing.T) {
		t.Parallel()
		backend := hangingBackend(t)
		s := kafkaGateway(t, backend, bound)
		answered := make(chan struct{})
		go func() { // the answer waits for the backend's
			defer close(answered)
			resp, err := http.Post(s.otlp+"/v1/traces", "application/json", strings.NewReader(string(body)))
			if err == nil {
				_ = resp.Body.Close()
			}
		}()
		awaitInFlight(t, s, "otlp_grpc/backend")
		ends(t, s.Gateway, "traces of otlp_grpc/backend: queue size")
		<-answered
	})
}
