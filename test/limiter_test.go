package test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestOwnNumbersWhileRefusing: a gateway that is out of memory refuses data and still tells how it is.
func TestOwnNumbersWhileRefusing(t *testing.T) {
	t.Parallel()
	_, otlp, scrapeURL, _ := defaultsWith(t, []string{
		"--set=processors.memory_limiter.check_interval=10ms",
		"--set=processors.memory_limiter.limit_mib=2", "--set=processors.memory_limiter.spike_limit_mib=1",
		"--set=receivers.hostresources.collection_interval=1s",
	})
	body, _ := readCapture(t, "vercel-ai-v6")
	require.Eventually(t, func() bool {
		resp, err := http.Post(otlp+"/v1/traces", "application/json", strings.NewReader(string(body)))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode == http.StatusServiceUnavailable
	}, 30*time.Second, 100*time.Millisecond, "refused")
	require.Eventually(t, func() bool {
		return scrape(t, scrapeURL).sum("process_memory_usage_bytes", "component", "gateway") > 0
	}, 30*time.Second, 200*time.Millisecond, "its own memory is told")
}
