package alertnotify

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// budgetAlert is of a group whose name tries to be markup.
func budgetAlert() *alert.Alert {
	group := map[string]string{"team": "search <!channel> & [x](http://evil.example)"}
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	return &alert.Alert{
		Event: genai.EventBudgetAlert, Time: noon, ID: "team-monthly-search-1-firing", Fingerprint: "team-monthly-search-1",
		Body: "team search <!channel> & [x](http://evil.example) has spent 1,203.44 of 1,500 USD (80 %) this month.",
		Name: "team-monthly", Type: "MONTHLY_BUDGET_WARNING", Severity: genai.SeverityWarning, State: genai.AlertFiring, Reason: "threshold",
		Value: 1203.44, Threshold: 1200, Unit: genai.UnitUSD, StartsAt: noon, EndsAt: end,
		Budget: alert.Budget{
			Name: "team-monthly", Period: "month", PeriodStart: start, Unit: genai.UnitUSD, Limit: 1500, Spent: 1203.44, Remaining: 296.56,
			Forecast: 1610, ResetsAt: end, ExhaustsAt: noon.Add(7 * 24 * time.Hour),
		},
		Group: group, Drivers: []string{"search-agent, gpt-5: 800.00 USD (66 %)", "other: 403.44 USD"},
		URL: "http://127.0.0.1:8890/?budget=team-monthly&group=search", Trace: [16]byte{1, 15: 2}, Span: [8]byte{3, 7: 4},
	}
}

func thresholdAlert() *alert.Alert {
	return &alert.Alert{
		Event: genai.EventThresholdAlert, Time: noon, ID: "HIGH_MEMORY_USAGE-gateway-1-firing", Fingerprint: "HIGH_MEMORY_USAGE-gateway-1",
		Name: "HIGH_MEMORY_USAGE", Type: genai.AlertHighMemory, Severity: genai.SeverityError, State: genai.AlertFiring,
		Value: 1100.5, Threshold: 1000, Unit: "MB", StartsAt: noon.Add(-time.Minute), Group: map[string]string{"service.name": "gateway"},
	}
}

// resolved is the end of an alert, an hour later.
func resolved(a *alert.Alert) *alert.Alert {
	c := *a
	c.State, c.ID, c.Time = genai.AlertResolved, strings.TrimSuffix(a.ID, "-firing")+"-resolved", a.Time.Add(time.Hour)
	c.EndsAt, c.Reason = c.Time, "below"
	return &c
}

// A golden file is the body of a request to a kind of webhook.
func TestBodies(t *testing.T) {
	alerts := map[string]*alert.Alert{"budget": budgetAlert(), "threshold": thresholdAlert(), "resolved": resolved(budgetAlert())}
	for _, kind := range []string{templateSlack, templatePagerDuty, templateTeams, templateJSON} {
		for name, a := range alerts {
			t.Run(kind+"-"+name, func(t *testing.T) {
				render, err := newRenderer(&WebhookConfig{Template: kind, RoutingKey: "R0UT1NG"})
				require.NoError(t, err)
				body, err := render(a)
				require.NoError(t, err)
				checkGolden(t, kind+"-"+name+".json", body)
			})
		}
	}
}

func TestPosts(t *testing.T) {
	for name, a := range map[string]*alert.Alert{"budget": budgetAlert(), "threshold": thresholdAlert(), "resolved": resolved(thresholdAlert())} {
		t.Run(name, func(t *testing.T) {
			r := &row{alert: *a, received: noon}
			body, err := marshal([]posted{r.post(noon.Add(2*time.Hour), time.Minute)})
			require.NoError(t, err)
			checkGolden(t, "alertmanager-"+name+".json", body)
		})
	}
}

func checkGolden(t *testing.T, name string, body []byte) {
	t.Helper()
	file := filepath.Join("testdata", "bodies", name)
	if *update {
		var pretty bytes.Buffer
		require.NoError(t, json.Indent(&pretty, body, "", "  "))
		require.NoError(t, os.WriteFile(file, append(pretty.Bytes(), '\n'), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(body))
}

// The limits of Slack (3,000 characters a section), PagerDuty (1,024 a summary, 255 a key) and Teams (28 KB a card) hold for an alert as
// large as they come.
func TestLongAlerts(t *testing.T) {
	a := budgetAlert()
	a.Body = strings.Repeat("<", 4096)
	a.URL = "http://127.0.0.1/" + strings.Repeat("x", 2000)
	for range 10 {
		a.Drivers = append(a.Drivers, strings.Repeat("&", 512))
		a.Group[strings.Repeat("k", len(a.Drivers))] = strings.Repeat("v", 512)
	}
	a.ID, a.Fingerprint = strings.Repeat("i", 1000), strings.Repeat("f", 1000)
	long, err := alert.Decode(a.Encode())
	require.NoError(t, err)

	slack := slackBody(&long)
	for _, b := range slack.Attachments[0].Blocks {
		if b.Text != nil {
			assert.LessOrEqual(t, len(b.Text.Text), 3000)
		}
	}
	event := pagerDutyBody(&long, "")
	assert.LessOrEqual(t, len(event.Payload.Summary), 1024)
	assert.LessOrEqual(t, len(event.DedupKey), 255)
	card, err := marshal(teamsBody(&long))
	require.NoError(t, err)
	assert.LessOrEqual(t, len(card), 28<<10)
}

func TestOwnTemplate(t *testing.T) {
	render, err := newRenderer(&WebhookConfig{Template: `{"to": {{json .Name}}, "open": {{.Firing}}, "team": {{json .Group.team}}, "since": {{json (time .StartsAt)}}}`})
	require.NoError(t, err)
	body, err := render(budgetAlert())
	require.NoError(t, err)
	assert.JSONEq(t, `{"to": "team-monthly", "open": true, "team": "search <!channel> & [x](http://evil.example)", "since": "2026-11-21T12:00:00Z"}`, string(body))

	for name, c := range map[string]struct{ template, want string }{
		"a word":                {"slak", "must be slack, pagerduty, teams, json or"},
		"no template":           {"{{", "unclosed action"},
		"no such field":         {`{"a": {{json .Nosuch}}}`, "Nosuch"},
		"a text that is quoted": {`{"a": "{{.Body}}"}`, "no JSON"},
	} {
		_, err := newRenderer(&WebhookConfig{Template: c.template})
		assert.ErrorContains(t, err, c.want, name)
	}
}

func TestLine(t *testing.T) {
	a := budgetAlert()
	a.Body = "one\ntwo"
	assert.Equal(t, "ALERT WARNING: MONTHLY_BUDGET_WARNING team-monthly: one two", line(a))
	assert.Equal(t, "ALERT RESOLVED: HIGH_MEMORY_USAGE: value 1100.5 threshold 1000 MB", line(resolved(thresholdAlert())))
}
