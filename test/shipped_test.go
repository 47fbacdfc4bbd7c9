package test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// shipped is a gateway that runs one of the configurations that come with the project, on ports of its own.
type shipped struct {
	*gateway.Gateway
	options   gateway.Options
	grpc      string // host:port of OTLP/gRPC
	otlp      string // OTLP/HTTP endpoint
	scraped   string // host:port of the Prometheus endpoint
	scrape    string // its URL
	health    string // URL of the health status
	telemetry string // URL of the gateway's own metrics
}

// shippedID is what such a gateway is called unless the environment says otherwise: a text that looks like a number.
const shippedID = "0123"

// startShipped runs a configuration, named from the top of the source tree.
func startShipped(t testing.TB, config string, args []string, env ...string) *shipped {
	t.Helper()
	return startShippedUnder(t, nil, config, args, env...)
}

// startShippedUnder is startShipped with a command that runs the binary.
func startShippedUnder(t testing.TB, under []string, config string, args []string, env ...string) *shipped {
	t.Helper()
	ports := gateway.FreePorts(t, 5)
	at := func(n int) string { return gateway.Loopback(ports[n]) }
	s := &shipped{
		grpc: at(0), otlp: "http://" + at(1), scraped: at(2), scrape: "http://" + at(2) + "/metrics",
		health: "http://" + at(3) + "/health/status", telemetry: "http://" + at(4) + "/metrics",
	}
	s.options = gateway.Options{
		Config: gateway.Root() + "/" + config, Under: under, Dir: t.TempDir(), Args: args,
		Env: append([]string{
			"GATEWAY_ID=" + shippedID, "OTLP_GRPC_ENDPOINT=" + at(0), "OTLP_HTTP_ENDPOINT=" + at(1), "PROMETHEUS_ENDPOINT=" + at(2), "HEALTH_ENDPOINT=" + at(3),
			fmt.Sprintf("TELEMETRY_PORT=%d", ports[4]),
		}, env...),
	}
	s.Gateway = gateway.Start(t, s.options)
	if !slices.ContainsFunc(env, func(one string) bool { return strings.HasPrefix(one, "GATEWAY_ID=") }) {
		_, text := get(t, s.telemetry)
		require.Contains(t, text, `service_instance_id="`+shippedID+`"`)
	}
	return s
}

// again starts it anew after it has ended, as it was.
func (s *shipped) again(t testing.TB) {
	t.Helper()
	s.Gateway = gateway.Start(t, s.options)
}

// get is the status and body of a page.
func get(t require.TestingT, url string) (int, string) {
	resp, err := http.Get(url)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}
