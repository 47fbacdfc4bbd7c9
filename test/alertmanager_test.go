package test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/alertmanager"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// alertTimeout is for whatever Alertmanager has to hear of.
const alertTimeout = 60 * time.Second

// budgetOf is an alert of a team's budget that fires until an hour from now.
func budgetOf(team string) alert.Alert {
	group := map[string]string{"team": team}
	now := time.Now().UTC().Truncate(time.Second)
	print := alert.Fingerprint("team-monthly", group, "0.8")
	return alert.Alert{
		Event: genai.EventBudgetAlert, Time: now, ID: alert.ID(print, now, "firing"), Fingerprint: print,
		Body: "team " + team + " has spent 1,203.44 of 1,500 USD (80 %) this month.", Name: "team-monthly", Type: "MONTHLY_BUDGET_WARNING",
		Severity: genai.SeverityWarning, State: genai.AlertFiring, StartsAt: now, EndsAt: now.Add(time.Hour), Value: 1203.44, Threshold: 1200,
		Budget: alert.Budget{Name: "team-monthly", Period: "month", Unit: genai.UnitUSD, Limit: 1500, Spent: 1203.44, Remaining: 296.56},
		Group:  group, URL: "http://127.0.0.1:8890/",
	}
}

// memoryOf is an alert of a threshold: it has no end of its own.
func memoryOf(service string) alert.Alert {
	group := map[string]string{"service.name": service}
	now := time.Now().UTC().Truncate(time.Second)
	print := alert.Fingerprint("HIGH_MEMORY_USAGE", group)
	return alert.Alert{
		Event: genai.EventThresholdAlert, Time: now, ID: alert.ID(print, now, "firing"), Fingerprint: print, Name: "HIGH_MEMORY_USAGE",
		Type: genai.AlertHighMemory, Severity: genai.SeverityError, State: genai.AlertFiring, StartsAt: now, Value: 1100, Threshold: 1000, Unit: "MB",
		Group: group,
	}
}

func resolvedNow(a alert.Alert) alert.Alert {
	a.State, a.Time, a.ID = genai.AlertResolved, time.Now().UTC(), a.ID+"-resolved"
	a.EndsAt = a.Time
	return a
}

func postAlerts(t *testing.T, otlp string, alerts ...alert.Alert) {
	t.Helper()
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range alerts {
		alerts[i].Write(records.AppendEmpty())
	}
	body, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	require.NoError(t, err)
	gateway.Post(t, otlp+"/v1/logs", "application/x-protobuf", body)
}

// notifying is a gateway whose alerts come from the test, and how to start it again.
func notifying(t *testing.T, am *alertmanager.Server) (g *gateway.Gateway, again func() *gateway.Gateway, otlp string) {
	t.Helper()
	address := gateway.Loopback(gateway.FreePorts(t, 1)[0])
	options := gateway.Options{
		Config: gateway.Root() + "/test/testdata/alertnotify.yaml", Dir: t.TempDir(),
		Env: []string{"OTLP_HTTP_ENDPOINT=" + address, "ALERTMANAGER=" + am.URL},
	}
	again = func() *gateway.Gateway { return gateway.Start(t, options) }
	return again(), again, "http://" + address
}

// firings and ends are how often Alertmanager notified that an alert fires, and that it is over.
func notified(am *alertmanager.Server, fingerprint string) (firings, ends int) {
	for _, n := range am.Notifications() {
		for _, a := range n.Alerts {
			switch {
			case a.Labels["fingerprint"] != fingerprint:
			case a.Status == "firing":
				firings++
			default:
				ends++
			}
		}
	}
	return firings, ends
}

// heardAgain waits until Alertmanager was told of an alert after a moment.
func heardAgain(t *testing.T, am *alertmanager.Server, fingerprint string, since time.Time) {
	t.Helper()
	require.Eventually(t, func() bool { return am.Alerts()[fingerprint].UpdatedAt.After(since) }, alertTimeout, 100*time.Millisecond)
}

// TestAlertmanager: what fires is notified once and grouped, a kill of the gateway or a restart of Alertmanager changes nothing, and what is over
// is notified once.
func TestAlertmanager(t *testing.T) {
	need(t, alertmanager.Program)
	t.Parallel()
	am := alertmanager.Start(t)
	g, again, otlp := notifying(t, am)
	search, other := budgetOf("search"), budgetOf("other")
	postAlerts(t, otlp, search, other)
	acknowledged := time.Now()
	require.Eventually(t, func() bool { return len(am.Alerts()) == 2 }, alertTimeout, 50*time.Millisecond)
	for _, a := range []alert.Alert{search, other} {
		require.Eventually(t, func() bool { n, _ := notified(am, a.Fingerprint); return n > 0 }, alertTimeout, 20*time.Millisecond)
	}
	first := am.Notifications()[0]
	t.Logf("notified %v after the record was acknowledged", first.At.Sub(acknowledged))
	assert.Contains(t, first.GroupKey, `alertname="MONTHLY_BUDGET_WARNING", budget="team-monthly"`)
	known := am.Alerts()[search.Fingerprint]
	assert.Equal(t, map[string]string{
		"alertname": "MONTHLY_BUDGET_WARNING", "severity": "warning", "budget": "team-monthly", "team": "search", "fingerprint": search.Fingerprint,
	}, known.Labels)
	assert.Equal(t, search.Body, known.Annotations["summary"])
	assert.WithinDuration(t, search.EndsAt, known.EndsAt, time.Second, "the end of the period")
	assert.Equal(t, search.URL, known.GeneratorURL)

	killed := time.Now()
	g.Kill()
	g = again()
	heardAgain(t, am, search.Fingerprint, killed)
	postAlerts(t, otlp, search) // as a sender does that does not know that it was accepted

	am.Stop(t)
	am.Again(t)
	heardAgain(t, am, search.Fingerprint, killed)
	heardAgain(t, am, other.Fingerprint, time.Now())

	postAlerts(t, otlp, resolvedNow(search))
	require.Eventually(t, func() bool { _, ended := notified(am, search.Fingerprint); return ended > 0 }, alertTimeout, 50*time.Millisecond)
	heardAgain(t, am, other.Fingerprint, time.Now())
	firings, ended := notified(am, other.Fingerprint)
	assert.Positive(t, firings)
	assert.Zero(t, ended, "the other one goes on")
	assert.NotContains(t, am.Alerts(), search.Fingerprint)
	assert.Equal(t, 1, episodes(am, search.Fingerprint))
	assert.Equal(t, 1, episodes(am, other.Fingerprint), "no flapping")
	assert.Equal(t, 1, strings.Count(g.Log(), "ALERT"), "the gateway's log: the resolved one; the other two were known at its start")
	assert.Empty(t, g.Loud()[min(1, len(g.Loud())):], "that Alertmanager was away, and no more")
}

// episodes is how often an alert began to fire: a group is notified anew when it changes, which is no new episode.
func episodes(am *alertmanager.Server, fingerprint string) (n int) {
	firing := false
	for _, notification := range am.Notifications() {
		for _, a := range notification.Alerts {
			if a.Labels["fingerprint"] == fingerprint {
				if a.Status == "firing" && !firing {
					n++
				}
				firing = a.Status == "firing"
			}
		}
	}
	return n
}

// TestAlertmanagerWithoutGateway: a gateway that is gone resolves thresholds after four intervals, and no budget.
func TestAlertmanagerWithoutGateway(t *testing.T) {
	need(t, alertmanager.Program)
	t.Parallel()
	am := alertmanager.Start(t)
	g, again, otlp := notifying(t, am)
	budget, memory := budgetOf("search"), memoryOf("agent")
	postAlerts(t, otlp, budget, memory)
	for _, a := range []alert.Alert{budget, memory} {
		require.Eventually(t, func() bool { n, _ := notified(am, a.Fingerprint); return n > 0 }, alertTimeout, 50*time.Millisecond)
	}
	g.Kill()
	require.Eventually(t, func() bool { _, ended := notified(am, memory.Fingerprint); return ended > 0 }, alertTimeout, 100*time.Millisecond)
	require.Eventually(t, func() bool { return am.Alerts()[budget.Fingerprint].Labels != nil }, alertTimeout, 100*time.Millisecond)

	again()
	require.Eventually(t, func() bool { return am.Alerts()[memory.Fingerprint].Labels != nil }, alertTimeout, 100*time.Millisecond, "it is still open")
	assert.Equal(t, 1, episodes(am, budget.Fingerprint))
}

// TestExampleOfAlertmanager: the configuration that docs/alerts.md gives is one.
func TestExampleOfAlertmanager(t *testing.T) {
	need(t, "amtool")
	t.Parallel()
	out, err := exec.Command("amtool", "check-config", gateway.Root()+"/examples/alertmanager.yml").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), strconv.Itoa(2)+" receivers")
}

// TestAlertmanagerConfiguration: spans that cross a budget are an alert in Alertmanager, with configs/alertmanager.yaml.
func TestAlertmanagerConfiguration(t *testing.T) {
	need(t, alertmanager.Program)
	t.Parallel()
	am := alertmanager.Start(t)
	s := startShipped(t, "configs/alertmanager.yaml", []string{"--config", gateway.Root() + "/test/testdata/budgets.yaml"}, "ALERTMANAGER="+am.URL)
	for n := range 4 { // 2.50 USD each: the last one reaches 10 % of the lifetime's 100 USD
		gateway.Post(t, s.otlp+"/v1/traces", "application/json", budgetCall(n+1, 1_000_000, time.Now()))
	}
	crossed := time.Now()
	var got alertmanager.Alert
	require.Eventually(t, func() bool {
		for _, n := range am.Notifications() {
			for _, a := range n.Alerts {
				if a.Labels["budget"] == "total" && a.Status == "firing" {
					got = a
					t.Logf("notified %v after the span that crossed was acknowledged", n.At.Sub(crossed))
					return true
				}
			}
		}
		return false
	}, alertTimeout, 50*time.Millisecond)
	assert.Equal(t, "LIFETIME_BUDGET_WARNING", got.Labels["alertname"])
	assert.Equal(t, "warning", got.Labels["severity"])
	assert.Contains(t, got.Annotations["summary"], "total has spent 10 of 100 USD (10 %)")
	assert.Greater(t, am.Alerts()[got.Labels["fingerprint"]].EndsAt, time.Now().Add(time.Hour), "it has no end of its own")
	assert.Eventually(t, func() bool { return strings.Contains(s.Log(), "ALERT WARNING: LIFETIME_BUDGET_WARNING total: ") }, alertTimeout, 50*time.Millisecond)
}
