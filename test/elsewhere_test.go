package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// ends is an Alertmanager of which only is of interest how often it heard of alerts that are open, and of such that are over.
type ends struct {
	mu         sync.Mutex
	open, over int
}

func (e *ends) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var alerts []struct {
		EndsAt time.Time `json:"endsAt"`
	}
	if json.NewDecoder(r.Body).Decode(&alerts) != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range alerts {
		if a.EndsAt.After(time.Now()) {
			e.open++
		} else {
			e.over++
		}
	}
}

func (e *ends) heard() (open, over int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.open, e.over
}

// teller is one of several gateways, with a backend and an Alertmanager of its own.
type teller struct {
	*shipped
	backend *sink.Sink
	alerts  *ends
}

func startTeller(t *testing.T, server *redis, id, budgets string) *teller {
	t.Helper()
	g := &teller{backend: sink.Start(t), alerts: &ends{}}
	am := httptest.NewServer(g.alerts)
	t.Cleanup(am.Close)
	g.shipped = startShipped(t, "configs/replicas-valkey.yaml", []string{
		"--set=connectors.budgetalert.budgets_file=" + budgets, "--set=connectors.budgetalert.thresholds=[]",
		"--set=exporters.alertnotify.alertmanager.endpoints=['" + am.URL + "']",
	}, "GATEWAY_ID="+id, "VALKEY_ENDPOINT="+server.endpoint, "VALKEY_PASSWORD="+redisPassword,
		"BACKEND_EXPORTER=otlp_grpc/backend", "OTLP_BACKEND="+g.backend.GRPC)
	return g
}

// told are the alerts of the budget that have come to this gateway's backend in a state.
func (g *teller) told(state string) (all []alert.Alert) {
	for _, a := range alertsAt(g.backend) {
		if a.Budget.Name == "total" && a.State == state {
			all = append(all, a)
		}
	}
	return all
}

// TestAnEndComesToWhoToldTheAlert: an alert that one gateway told, and that ends while only another one runs, ends at the backend and the
// Alertmanager of the first one too.
func TestAnEndComesToWhoToldTheAlert(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	server := startRedis(t, false)
	budgets := filepath.Join(t.TempDir(), "budgets.yaml")
	limit := func(usd int) {
		text := fmt.Appendf(nil, "- {name: total, period: lifetime, limit_usd: %d, thresholds: [0.5]}\n", usd)
		require.NoError(t, os.WriteFile(budgets+".new", text, 0o600))
		require.NoError(t, os.Rename(budgets+".new", budgets))
	}
	limit(1)
	first := startTeller(t, server, "first", budgets)
	gateway.Post(t, first.otlp+"/v1/traces", "application/json", budgetCall(1, 240_000, time.Now()))
	require.Eventually(t, func() bool {
		open, _ := first.alerts.heard()
		return open > 0 && len(first.told(genai.AlertFiring)) == 1 && scrape(t, first.telemetry).sum("otelcol_budgetalert_outbox") == 0
	}, time.Minute, 50*time.Millisecond, "the first one tells the alert, and has nothing more to tell")

	second := startTeller(t, server, "second", budgets)
	first.Kill()
	limit(100)
	require.Eventually(t, func() bool { return len(second.told(genai.AlertResolved)) > 0 }, time.Minute, 50*time.Millisecond, "the second one tells the end")
	first.again(t)
	require.Eventually(t, func() bool {
		_, over := first.alerts.heard()
		return over > 0 && len(first.told(genai.AlertResolved)) > 0
	}, time.Minute, 50*time.Millisecond, "the first one hands the end on")

	fired, here, there := first.told(genai.AlertFiring)[0], first.told(genai.AlertResolved)[0], second.told(genai.AlertResolved)[0]
	require.True(t, here.Elsewhere)
	require.False(t, there.Elsewhere)
	require.Equal(t, there.ID, here.ID)
	require.Equal(t, fired.Fingerprint, here.Fingerprint)
	require.Empty(t, second.told(genai.AlertFiring), "it told no alert")
	open, _ := second.alerts.heard()
	require.Zero(t, open)
	require.Len(t, first.told(genai.AlertFiring), 1)
	lost := scrape(t, first.telemetry)
	require.NotNil(t, lost["otelcol_budgetalert_alerts_lost"])
	require.Zero(t, lost.sum("otelcol_budgetalert_alerts_lost"))
}
