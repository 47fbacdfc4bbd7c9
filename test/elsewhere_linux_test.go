package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"syscall"
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

// TestAnEndComesToWhoToldTheAlert: an alert that one gateway told, and that ends while only another one runs on, ends at the backend and the
// Alertmanager of the first one too: of one that was killed, and of one that was held up and goes on with the limit that it knows.
func TestAnEndComesToWhoToldTheAlert(t *testing.T) {
	need(t, "redis-server")
	t.Parallel()
	for name, strike := range map[string]struct{ leave, comeBack func(*testing.T, *shipped) }{
		"killed": {func(_ *testing.T, g *shipped) { g.Kill() }, func(t *testing.T, g *shipped) { g.again(t) }},
		"held up": {
			func(t *testing.T, g *shipped) { require.NoError(t, syscall.Kill(g.PID(), syscall.SIGSTOP)) },
			func(t *testing.T, g *shipped) { require.NoError(t, syscall.Kill(g.PID(), syscall.SIGCONT)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endElsewhere(t, strike.leave, strike.comeBack)
		})
	}
}

func endElsewhere(t *testing.T, leave, comeBack func(*testing.T, *shipped)) {
	t.Helper()
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
	leave(t, first.shipped)
	limit(100)
	require.Eventually(t, func() bool { return len(second.told(genai.AlertResolved)) > 0 }, time.Minute, 50*time.Millisecond, "the second one tells the end")
	comeBack(t, first.shipped)
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
	ids := map[string]bool{}
	for _, a := range first.told(genai.AlertFiring) {
		ids[a.ID] = true
	}
	require.Len(t, ids, 1, "with the old limit it is not told again")
	lost := scrape(t, first.telemetry)
	require.NotNil(t, lost["otelcol_budgetalert_alerts_lost"])
	require.Zero(t, lost.sum("otelcol_budgetalert_alerts_lost"))
}
