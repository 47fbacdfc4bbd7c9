package test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/alertmanager"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/sink"
)

// watched is a gateway whose thresholds and budget lead to a real Alertmanager. Nothing in it depends on how fast the machine is: HOVERS is kept
// open by the distance to resolve_below, DIPS by an hour, and SPIKES is never above for an hour.
const watched = `
receivers:
  otlp: {protocols: {http: {endpoint: "${env:OTLP}"}}}
processors:
  llmcost:
connectors:
  budgetalert:
    ledger: {directory: ./ledger}
    budgets:
      - {name: org, period: year, limit_usd: 1, thresholds: [0.8, 1.0]}
    thresholds:
      - {name: HOVERS, metric: room.temperature, where: {room: attic}, above: 30, resolve_below: 28, for: 0s, keep_firing_for: 1s}
      - {name: DIPS, metric: room.temperature, where: {room: kitchen}, above: 30, resolve_below: 28, for: 0s, keep_firing_for: 1h}
      - {name: SPIKES, metric: room.temperature, where: {room: bath}, above: 30, for: 1h}
      - {name: SILENT, metric: room.temperature, where: {room: cellar}, above: 30, for: 0s, keep_firing_for: 1s}
exporters:
  alertnotify:
    alertmanager: {endpoints: ["${env:ALERTMANAGER}"], interval: 3s}
  otlp_grpc: {endpoint: "${env:BACKEND}", tls: {insecure: true}, sending_queue: {enabled: false}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], processors: [llmcost], exporters: [budgetalert]}
    metrics: {receivers: [otlp], exporters: [budgetalert]}
    logs/alerts: {receivers: [budgetalert], exporters: [alertnotify, otlp_grpc]}
`

// resends is for how many times that open alerts are sent again nothing may change.
const resends = 10

// thermometer tells temperatures that go around and around, until it is stopped. What is told while nobody hears is gone, as a scrape is.
type thermometer struct {
	url  string
	stop chan struct{}
	done sync.WaitGroup
}

func startThermometer(otlp string) *thermometer {
	m := &thermometer{url: otlp + "/v1/metrics", stop: make(chan struct{})}
	m.done.Go(func() {
		for i := 0; ; i++ {
			m.tell("attic", []float64{29.9, 30.1, 28.5, 31}[i%4])
			m.tell("kitchen", []float64{27, 31, 20, 33}[i%4])
			m.tell("bath", []float64{29, 31, 35, 20}[i%4])
			select {
			case <-m.stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	return m
}

func (m *thermometer) tell(room string, value float64) {
	client := http.Client{Timeout: 10 * time.Second}
	if resp, err := client.Post(m.url, "application/json", bytes.NewReader(temperature(room, value))); err == nil {
		_ = resp.Body.Close()
	}
}

func (m *thermometer) end() {
	close(m.stop)
	m.done.Wait()
}

// printsOf are the fingerprints of the alerts that came to a backend, by name.
func printsOf(backend *sink.Sink) map[string]string {
	all := map[string]string{}
	for _, a := range alertsAt(backend) {
		all[a.Name] = a.Fingerprint
	}
	return all
}

// sentAgain waits until Alertmanager was told so many times more that an alert is open.
func sentAgain(t *testing.T, am *alertmanager.Server, fingerprint string, times int) {
	t.Helper()
	last := am.Alerts()[fingerprint].UpdatedAt
	for range times {
		require.Eventually(t, func() bool {
			at := am.Alerts()[fingerprint].UpdatedAt
			later := at.After(last)
			if later {
				last = at
			}
			return later
		}, alertTimeout, 100*time.Millisecond)
	}
}

// TestAlertmanagerNothingFlaps: a metric that hovers around its threshold, or dips, is one notification; one of which nothing is heard any more
// stays open, and so do all through a kill of the gateway and a restart of Alertmanager; what is over is one more. A gateway that is away for long
// ends no budget.
func TestAlertmanagerNothingFlaps(t *testing.T) {
	need(t, alertmanager.Program)
	t.Parallel()
	am, backend := alertmanager.Start(t), sink.Start(t)
	address := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	o := gateway.Options{Dir: t.TempDir(), Env: []string{"OTLP=" + address, "BACKEND=" + backend.GRPC, "ALERTMANAGER=" + am.URL}}
	o.Config = filepath.Join(o.Dir, "config.yaml")
	require.NoError(t, os.WriteFile(o.Config, []byte(watched), 0o600))
	g, otlp := gateway.Start(t, o), "http://"+address

	gateway.Post(t, otlp+"/v1/traces", "application/json", budgetCall(1, 340_000, time.Now())) // 0.85 USD
	for _, room := range []string{"attic", "kitchen", "bath", "cellar"} {
		gateway.Post(t, otlp+"/v1/metrics", "application/json", temperature(room, 31))
	}
	open := []string{"HOVERS", "DIPS", "SILENT", "org"}
	prints := map[string]string{}
	require.Eventually(t, func() bool { prints = printsOf(backend); return len(prints) == len(open) }, alertTimeout, 50*time.Millisecond)
	are := func(name string, firings, ends int) {
		t.Helper()
		var f, e int
		require.Eventually(t, func() bool {
			f, e = notified(am, prints[name])
			return f >= firings && e >= ends
		}, alertTimeout, 50*time.Millisecond, name)
		assert.Equal(t, [2]int{firings, ends}, [2]int{f, e}, "%s: notifications that it fires, that it is over", name)
	}
	for _, name := range open {
		are(name, 1, 0)
	}
	known := am.Alerts()

	hovering := startThermometer(otlp)
	sentAgain(t, am, prints["SILENT"], resends/3)
	g.Kill()
	g = gateway.Start(t, o)
	sentAgain(t, am, prints["SILENT"], resends/3)
	am.Stop(t)
	am.Again(t)
	sentAgain(t, am, prints["SILENT"], 1+resends-2*(resends/3))
	hovering.end()
	for _, name := range open {
		are(name, 1, 0)
		assert.Equal(t, known[prints[name]].StartsAt, am.Alerts()[prints[name]].StartsAt, name)
	}

	require.Eventually(t, func() bool {
		hovering.tell("attic", 20)
		_, ended := notified(am, prints["HOVERS"])
		return ended > 0
	}, alertTimeout, 500*time.Millisecond)
	are("HOVERS", 1, 1)

	g.Kill()
	are("SILENT", 1, 1) // nobody says any more that it is open
	budget := am.Alerts()[prints["org"]]
	year := time.Now().UTC().Year()
	assert.Equal(t, time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC), budget.EndsAt.UTC(), "a budget is open until the year ends")
	gateway.Start(t, o)
	sentAgain(t, am, prints["org"], 1)
	are("org", 1, 0)
	are("DIPS", 2, 1) // as SILENT
	assert.Equal(t, prints, printsOf(backend), "SPIKES is in none of this")
	assert.Equal(t, map[string]int{"HOVERS firing": 1, "HOVERS resolved": 1, "DIPS firing": 1, "SILENT firing": 1, "org firing": 1}, idsOf(backend))
}

// idsOf counts the ids of the alerts that came to a backend, by name and state.
func idsOf(backend *sink.Sink) map[string]int {
	ids, all := map[string]bool{}, map[string]int{}
	for _, a := range alertsAt(backend) {
		if !ids[a.ID] {
			ids[a.ID] = true
			all[a.Name+" "+a.State]++
		}
	}
	return all
}
