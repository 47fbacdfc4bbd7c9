package main

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const zone = "America/New_York"

// made makes answers that look like a busy day. The kinds: full; quiet, the same an hour after the last call; empty, a gateway that
// has seen nothing; hostile, names as an attacker would choose them.
type made struct {
	now  func() time.Time
	kind string

	spentMu sync.Mutex
	extra   float64
	raised  []report.Alert
}

type model struct {
	name, provider string
	share, speed   float64
}

func (m *made) models() []model {
	list := []model{
		{"claude-sonnet-4-6", "anthropic", 0.46, 2.9},
		{"gpt-5", "openai", 0.27, 4.1},
		{"gemini-2.5-pro", "gcp.gemini", 0.13, 3.4},
		{"gpt-5-mini", "openai", 0.08, 1.3},
		{"claude-haiku-4-5", "anthropic", 0.06, 0.9},
	}
	if m.kind == "hostile" {
		for i, name := range hostile {
			list[i].name = name
		}
	}
	return list
}

// hostile are names of models, agents, tools and teams: markup, a script, an address, the other writing direction, very long.
var hostile = []string{
	`<img src=x onerror="document.title='owned'">`, `<script>document.title='owned'</script>`, "javascript:document.title='owned'",
	"\u202egpt-4o\u0000 \"'`${document.title='owned'}", longName,
}

var longName = func() string {
	text := make([]byte, 3000)
	for i := range text {
		text[i] = 'x'
	}
	return string(text)
}()

func (m *made) today() float64 {
	m.spentMu.Lock()
	defer m.spentMu.Unlock()
	return 63.418207144 + m.extra
}

func (m *made) spend(usd string) {
	v, err := strconv.ParseFloat(usd, 64)
	if err != nil {
		return
	}
	m.spentMu.Lock()
	defer m.spentMu.Unlock()
	m.extra += v
}

func (m *made) raise(body string) report.Alert {
	now := m.now().UTC()
	m.spentMu.Lock()
	defer m.spentMu.Unlock()
	a := report.Alert{Alert: alert.Alert{
		Event: genai.EventThresholdAlert, Time: now, ID: "raised-" + strconv.Itoa(len(m.raised)), Body: body, Name: "RAISED", Type: "SLOW_RESPONSE",
		Severity: genai.SeverityError, State: genai.AlertFiring, Fingerprint: "raised", StartsAt: now, Value: 12, Threshold: 10, Unit: "s",
	}}
	m.raised = append(m.raised, a)
	return a
}

// wave is a smooth curve between about 0.3 and 1.7 that is the same for the same moment.
func wave(t time.Time, seed float64) float64 {
	x := float64(t.Unix()) / 3600
	return 1 + 0.35*math.Sin(x*0.9+seed) + 0.2*math.Sin(x*3.7+seed*5) + 0.12*math.Sin(x*17+seed*11)
}

func ptr(v float64) *float64 { return &v }

func text(v string) *string { return &v }

func (m *made) answers() map[string]func(*http.Request) any {
	return map[string]func(*http.Request) any{
		"/costs":           func(*http.Request) any { return m.costs() },
		"/costs/days":      func(*http.Request) any { return m.days() },
		"/health":          func(*http.Request) any { return m.health() },
		"/summary":         func(r *http.Request) any { return m.summary(r.FormValue("range")) },
		"/series":          func(r *http.Request) any { return m.series(r.FormValue("panel"), r.FormValue("range")) },
		"/models":          func(r *http.Request) any { return m.table("models", r.FormValue("range")) },
		"/agents":          func(r *http.Request) any { return m.table("agents", r.FormValue("range")) },
		"/groups":          func(r *http.Request) any { return m.table("groups", r.FormValue("range")) },
		"/tools":           func(r *http.Request) any { return m.table("tools", r.FormValue("range")) },
		"/runs":            func(r *http.Request) any { return m.runs(r.FormValue("window")) },
		"/alerts":          func(*http.Request) any { return m.alerts() },
		"/recommendations": func(*http.Request) any { return m.recommendations() },
		"/models/suggest":  func(r *http.Request) any { return m.suggestion(r.FormValue("complexity")) },
	}
}
