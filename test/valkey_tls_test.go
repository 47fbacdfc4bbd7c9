package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// TestValkeyOverTLS: a gateway counts in a server that it reaches over TLS, as a user who may do no more than the README says; where it does
// not trust the server's certificate it says so, and counts in its journal.
func TestValkeyOverTLS(t *testing.T) {
	t.Parallel()
	cert, key, _ := certificate(t)
	other, _, _ := certificate(t)
	server, secure := newRedis(t), gateway.FreePorts(t, 1)[0]
	server.args = []string{"--tls-port", strconv.Itoa(secure), "--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no", "--tls-ca-cert-file", cert}
	server.start(t)
	readme, err := os.ReadFile(filepath.Join(gateway.Root(), "connector/budgetalert/README.md"))
	require.NoError(t, err)
	may := regexp.MustCompile("`user gateway on >secret ([^`]+)`").FindSubmatch(readme)
	require.NotNil(t, may)
	require.True(t, server.does("ACL SETUSER gateway on >secret "+string(may[1]), "OK"))

	start := func(trusted string) *shipped {
		s := startShipped(t, "configs/replicas-valkey.yaml", []string{
			"--set=connectors.budgetalert.valkey.tls.ca_file=" + trusted, "--set=connectors.budgetalert.zero_for=0s", "--set=connectors.budgetalert.interval=1s",
		}, "VALKEY_ENDPOINT="+gateway.Loopback(secure), "VALKEY_USERNAME=gateway", "VALKEY_PASSWORD=secret", "DATA_DIR="+t.TempDir())
		gateway.Post(t, s.otlp+"/v1/traces", "application/json", runNow(t, "internal/dialect/testdata/captures/codex.json", time.Now().UnixNano()))
		return s
	}
	spent := func(s *shipped) func() bool {
		return func() bool { return scrape(t, s.scrape).sum("llm_budget_spent_usd", "budget_name", "daily") > 0 }
	}
	s := start(cert)
	require.Eventually(t, spent(s), 30*time.Second, 100*time.Millisecond)
	require.NotContains(t, s.Log(), "BUDGET_STORE_UNAVAILABLE")
	require.NotContains(t, s.Log(), "NOPERM")
	s = start(other)
	require.Eventually(t, spent(s), 30*time.Second, 100*time.Millisecond, "in the journal")
	require.Contains(t, s.Log(), "BUDGET_STORE_UNAVAILABLE")
	require.Contains(t, s.Log(), "certificate signed by unknown authority")
}
