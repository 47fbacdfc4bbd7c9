package alert

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Alert is one transition of one alert: it began to fire, or it is resolved. A zero time means that there is none.
type Alert struct {
	Event    string    `json:"event"`         // genai.EventBudgetAlert or genai.EventThresholdAlert
	Time     time.Time `json:"time,omitzero"` // of the transition
	ID       string    `json:"id"`            // of this transition: see ID
	Body     string    `json:"body,omitempty"`
	Name     string    `json:"name"` // of the rule
	Type     string    `json:"type,omitempty"`
	Severity string    `json:"severity"` // genai.SeverityWarning below 100 %, genai.SeverityError above; a resolved alert keeps it
	State    string    `json:"state"`    // genai.AlertFiring or genai.AlertResolved
	Reason   string    `json:"reason,omitempty"`

	// Fingerprint is the same for all transitions of one alert: a later one replaces an earlier one. See Fingerprint.
	Fingerprint string `json:"fingerprint"`

	Value     float64   `json:"value"`
	Threshold float64   `json:"threshold"`
	Unit      string    `json:"unit,omitempty"`
	Metric    string    `json:"metric,omitempty"` // that a threshold watches
	StartsAt  time.Time `json:"starts_at,omitzero"`
	EndsAt    time.Time `json:"ends_at,omitzero"` // firing: when it ends by itself, with the period; resolved: when it ended

	Budget  Budget            `json:"budget,omitzero"`
	Group   map[string]string `json:"group,omitempty"`   // what the rule is grouped by
	Drivers []string          `json:"drivers,omitempty"` // rows of the book that spent most, as texts
	URL     string            `json:"url,omitempty"`
	// Elsewhere says that another gateway has told it, so that people need not hear it again.
	Elsewhere bool `json:"elsewhere,omitempty"`

	Trace [16]byte `json:"trace,omitzero"` // with Span: the span that crossed
	Span  [8]byte  `json:"span,omitzero"`
}

// Budget is what an alert of a budget says about it. Amounts are USD, tokens or calls, as Unit says.
type Budget struct {
	Name        string    `json:"name,omitempty"` // "" for an alert that is no budget's
	Period      string    `json:"period,omitempty"`
	PeriodStart time.Time `json:"period_start,omitzero"`
	Unit        string    `json:"unit,omitempty"` // genai.UnitUSD, genai.UnitTokens or genai.UnitCalls
	Limit       float64   `json:"limit,omitempty"`
	Spent       float64   `json:"spent,omitempty"`
	Remaining   float64   `json:"remaining,omitempty"`
	Forecast    float64   `json:"forecast,omitempty"` // 0: none yet
	ResetsAt    time.Time `json:"resets_at,omitzero"`
	ExhaustsAt  time.Time `json:"exhausts_at,omitzero"`
}

// Firing is false for an alert that is resolved.
func (a *Alert) Firing() bool { return a.State == genai.AlertFiring }

// valid says whether a record or a body is an alert: who it is and what happened must be clear.
func (a *Alert) valid() bool {
	return (a.Event == genai.EventBudgetAlert || a.Event == genai.EventThresholdAlert) &&
		(a.State == genai.AlertFiring || a.State == genai.AlertResolved) &&
		(a.Severity == genai.SeverityInfo || a.Severity == genai.SeverityWarning || a.Severity == genai.SeverityError) &&
		a.ID != "" && a.Fingerprint != ""
}
