package test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// hook is a webhook that takes every second request and says 503 to the others.
type hook struct {
	mu    sync.Mutex
	calls int
	taken map[string]int // by Idempotency-Key
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls++; h.calls%2 == 1 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h.taken[r.Header.Get("Idempotency-Key")]++
}

// TestWebhookThroughKills kills the gateway right after it has acknowledged an alert, again and again: none is lost, and one comes twice at
// most for each kill.
func TestWebhookThroughKills(t *testing.T) {
	t.Parallel()
	const kills = 5
	h := &hook{taken: map[string]int{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	address := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	options := gateway.Options{
		Config: gateway.Root() + "/test/testdata/alertnotify.yaml", Dir: t.TempDir(),
		Args: []string{
			"--set=exporters.alertnotify.alertmanager.endpoints=[]",
			"--set=exporters.alertnotify.webhooks=[{name: w, endpoint: '" + server.URL + "', retry_on_failure: {initial_interval: 100ms, max_interval: 200ms}}]",
		},
		Env: []string{"OTLP_HTTP_ENDPOINT=" + address},
	}
	var alerts []alert.Alert
	for i := range kills {
		g := gateway.Start(t, options)
		some := []alert.Alert{budgetOf("a" + string(rune('0'+i))), budgetOf("b" + string(rune('0'+i)))}
		postAlerts(t, "http://"+address, some...)
		g.Kill()
		alerts = append(alerts, some...)
	}
	gateway.Start(t, options)
	assert.Eventually(t, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.taken) == len(alerts)
	}, alertTimeout, 50*time.Millisecond)
	h.mu.Lock()
	defer h.mu.Unlock()
	repeated := 0
	for i := range alerts {
		n := h.taken[alerts[i].ID]
		require.Positive(t, n, "%s was acknowledged and is lost", alerts[i].ID)
		repeated += n - 1
	}
	assert.LessOrEqual(t, repeated, kills)
}
