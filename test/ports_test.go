package test

import (
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// TestPortTakenAtStart: a port that was taken between its choice and the gateway's start does not fail a test.
func TestPortTakenAtStart(t *testing.T) {
	t.Parallel()
	ports := gateway.FreePorts(t, 4)
	taken, err := net.Listen("tcp", gateway.Loopback(ports[0]))
	require.NoError(t, err)
	time.AfterFunc(500*time.Millisecond, func() { _ = taken.Close() })
	g := gateway.Start(t, gateway.Options{Config: gateway.Root() + "/test/testdata/gateway.yaml", Env: []string{
		"OTLP_HTTP_PORT=" + strconv.Itoa(ports[0]), "PROMETHEUS_PORT=" + strconv.Itoa(ports[1]), "SINK_URL=" + sink.Start(t).URL,
	}})
	require.Contains(t, g.Log(), "Everything is ready")

	seen := map[int]bool{}
	for range 20 {
		for _, port := range gateway.FreePorts(t, 10) {
			require.False(t, seen[port], "port %d was given twice", port)
			require.Less(t, port, 32_768, "outgoing connections begin there")
			seen[port] = true
		}
	}
}
