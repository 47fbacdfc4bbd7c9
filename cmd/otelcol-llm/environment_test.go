package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var variable = regexp.MustCompile(`\$\{(?:env|text):([A-Z_]+)`)

// unset takes variables out of the environment until the test ends.
func unset(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		t.Setenv(name, "") // puts back what was there
		require.NoError(t, os.Unsetenv(name))
	}
}

// gatewayID is what a configuration calls the gateway, with the type that it has.
func gatewayID(t *testing.T, file string) any {
	t.Helper()
	attributes, ok := resolve(t, file).Get("service::telemetry::resource::attributes").([]any)
	require.True(t, ok, file)
	for _, attribute := range attributes {
		if pair := attribute.(map[string]any); pair["name"] == "service.instance.id" {
			return pair["value"]
		}
	}
	return nil
}

// TestGatewayIDIsText: no id becomes another one because it looks like a number, a date or a map.
func TestGatewayIDIsText(t *testing.T) {
	for _, file := range shipped(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			for _, id := range []string{"0123", "1234567890e1", "true", "~", "a: b", "[1]", "2026-01-02", "1_000", "a$b${c}"} {
				t.Setenv("GATEWAY_ID", id)
				require.Equal(t, id, gatewayID(t, file))
			}
			t.Setenv("GATEWAY_ID", "")
			t.Setenv("HOSTNAME", "0777")
			require.Equal(t, "0777", gatewayID(t, file))
			t.Setenv("HOSTNAME", "")
			require.Equal(t, "otelcol-llm", gatewayID(t, file))
			unset(t, "GATEWAY_ID", "HOSTNAME")
			require.Equal(t, "otelcol-llm", gatewayID(t, file))
		})
	}
}

// TestEmptyVariablesMeanTheDefault: a variable that is set to nothing is as good as none, for every variable of every configuration.
func TestEmptyVariablesMeanTheDefault(t *testing.T) {
	for _, file := range shipped(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			var names []string
			for _, match := range variable.FindAllStringSubmatch(string(body), -1) {
				names = append(names, match[1])
			}
			require.NotEmpty(t, names)
			unset(t, names...)
			want := resolve(t, file).ToStringMap()
			for _, name := range names {
				t.Setenv(name, "")
			}
			require.Equal(t, want, resolve(t, file).ToStringMap())
		})
	}
}

// Two gateways of a machine, of whatever files, listen where they are told to: for themselves too.
func TestAddressesByEnvironment(t *testing.T) {
	for _, name := range []string{"OTLP_GRPC_ENDPOINT", "OTLP_HTTP_ENDPOINT", "PROMETHEUS_ENDPOINT", "DASHBOARD_ENDPOINT", "HEALTH_ENDPOINT"} {
		t.Setenv(name, "127.0.0.2:21")
	}
	t.Setenv("TELEMETRY_HOST", "127.0.0.2")
	t.Setenv("TELEMETRY_PORT", "21")
	for _, file := range shipped(t) {
		conf := resolve(t, file).ToStringMap()
		listens := fmt.Sprint(conf["receivers"], conf["extensions"], conf["service"])
		require.NotRegexp(t, `endpoint:(127\.0\.0\.1|0\.0\.0\.0|localhost):\d`, listens, file)
		require.Regexp(t, `host:127\.0\.0\.2 port:21\b`, listens, file)
	}
}
