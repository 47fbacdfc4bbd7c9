package report

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/advice"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// Alert is an alert as internal/alert has it. Trace and span are hexadecimal, or left out.
type Alert struct {
	alert.Alert
	Trace    string  `json:"trace,omitempty"`
	Span     string  `json:"span,omitempty"`
	TraceURL *string `json:"trace_url,omitempty"`
}

// Alerts is the answer of /alerts: the newest first.
type Alerts struct {
	Timestamp time.Time `json:"timestamp"`
	Active    []Alert   `json:"active"`
	Past      []Alert   `json:"past"`
}

// Recommendations is the answer of /recommendations.
type Recommendations struct {
	Timestamp       time.Time        `json:"timestamp"`
	Recommendations []Recommendation `json:"recommendations"`
	Message         string           `json:"message"`
}

// Recommendation is one that holds now, the most important first.
type Recommendation = advice.Recommendation

// Suggestion is the answer of /models/suggest.
type Suggestion struct {
	Timestamp  time.Time   `json:"timestamp"`
	Complexity string      `json:"complexity"`
	MinQuality float64     `json:"min_quality"`
	Suggested  *Candidate  `json:"suggested"`
	Candidates []Candidate `json:"candidates"`
	Message    string      `json:"message"`
}

// Candidate is a model that is good enough, the best first. Scores are 0 to 1.
type Candidate = advice.Candidate

// Runs is the answer of /runs, the dearest first.
type Runs struct {
	Timestamp time.Time `json:"timestamp"`
	Window    string    `json:"window"`
	Runs      []Run     `json:"runs"`
}

// Run is a conversation, or a trace that belongs to none.
type Run struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	USD       float64   `json:"usd"`
	Calls     int64     `json:"calls"`
	Tokens    int64     `json:"tokens"`
	Agent     string    `json:"agent"`
	Service   string    `json:"service"`
	Models    []string  `json:"models"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	TraceURL  *string   `json:"trace_url"`
}

// Failure is the answer of a request that cannot be answered.
type Failure struct {
	Error FailureReason `json:"error"`
}

// FailureReason says why.
type FailureReason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}
