// Package report is what agentbench says at the end: as JSON, as a page, as JUnit, and what to do about it.
package report

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
)

// Report is a whole run.
type Report struct {
	BenchmarkID     string               `json:"benchmark_id"`
	StartTime       time.Time            `json:"start_time"`
	EndTime         time.Time            `json:"end_time"`
	TotalDuration   float64              `json:"total_duration"` // seconds
	Interrupted     bool                 `json:"interrupted,omitempty"`
	Config          any                  `json:"config"`
	Scenarios       map[string]*Scenario `json:"scenarios"`
	Summary         Summary              `json:"summary"`
	Recommendations []string             `json:"recommendations"`
}

// Scenario is what one scenario showed.
type Scenario struct {
	Config        any                       `json:"config"`
	Loop          string                    `json:"loop"`              // open or closed
	Invalid       string                    `json:"invalid,omitempty"` // why its figures must not be believed
	Notes         []string                  `json:"notes"`
	Metrics       map[string]any            `json:"metrics"`
	Failures      map[string]Failure        `json:"failures,omitempty"`
	Checks        []Check                   `json:"checks"`
	ResourceUsage map[string]map[string]any `json:"resource_usage"`
	Capacity      *Capacity                 `json:"capacity,omitempty"`
	Batches       []measure.Batch           `json:"batches"`
	Timeline      []measure.Slot            `json:"timeline"`
	Distribution  []Point                   `json:"distribution"`
	RawData       []Raw                     `json:"raw_data,omitempty"`

	requests, good int
}

// Failure is one class of failures.
type Failure struct {
	Count   int    `json:"count"`
	Example string `json:"example"`
}

// Point is one percentile of the latency.
type Point struct {
	Q       float64 `json:"q"`
	Seconds float64 `json:"seconds"`
}

// Raw is one request.
type Raw struct {
	Trace     string   `json:"trace_id"`
	User      int      `json:"user"`
	Turn      int      `json:"turn"`
	Intended  float64  `json:"intended"` // seconds since the start
	Started   float64  `json:"started"`
	Ended     float64  `json:"ended"`
	TTFT      *float64 `json:"ttft,omitempty"`
	Chunks    int      `json:"chunks,omitempty"`
	In        int64    `json:"prompt_tokens,omitempty"`
	Out       int64    `json:"completion_tokens,omitempty"`
	Status    int      `json:"status,omitempty"`
	Failure   string   `json:"failure,omitempty"`
	CostUSD   *float64 `json:"cost_usd,omitempty"`
	Accounted *bool    `json:"accounted,omitempty"`
}

// Summary adds the scenarios up.
type Summary struct {
	Scenarios    int      `json:"scenarios"`
	Requests     int      `json:"requests"`
	GoodRequests int      `json:"good_requests"`
	ErrorRate    *float64 `json:"error_rate"`
	CostUSD      *float64 `json:"cost_usd"` // null when some scenario does not know its own
	Passed       bool     `json:"passed"`   // no check is broken and no scenario invalid
}

// Check is one condition that was looked at.
type Check struct {
	Text   string `json:"text"`
	Status string `json:"status"` // passed, broken or unknown
	Value  any    `json:"value"`
}

// The states of a check. What could not be measured has not passed.
const (
	Passed  = "passed"
	Broken  = "broken"
	Unknown = "unknown"
)

// Capacity is what a search found.
type Capacity struct {
	Search string  `json:"search"` // rate or users
	Found  float64 `json:"found"`  // the largest load that held; 0: not even the least one did
	// MaxConcurrent is how many requests were in the agent at that load, by Little's law: throughput × mean time in it.
	MaxConcurrent float64        `json:"max_concurrent_capacity"`
	Limit         string         `json:"limit"` // why the next step did not hold
	Steps         []CapacityStep `json:"steps"`
}

// CapacityStep is one load that was tried.
type CapacityStep struct {
	Load          float64  `json:"load"`
	Holds         bool     `json:"holds"`
	Why           string   `json:"why,omitempty"`
	Throughput    float64  `json:"requests_per_second"`
	P50           *float64 `json:"p50"`
	P95           *float64 `json:"p95"`
	TTFTP95       *float64 `json:"ttft_p95,omitempty"`
	ErrorRate     float64  `json:"error_rate"`
	MeanInFlight  float64  `json:"mean_in_flight"`
	ScheduleLag99 *float64 `json:"schedule_lag_p99"`
}

// Names are the scenarios, sorted.
func (r *Report) Names() []string { return slices.Sorted(maps.Keys(r.Scenarios)) }

// Finish adds up what the scenarios say.
func (r *Report) Finish() {
	s := Summary{Scenarios: len(r.Scenarios), Passed: true}
	cost, known := 0.0, len(r.Scenarios) > 0
	for _, name := range r.Names() {
		one := r.Scenarios[name]
		s.Requests += one.requests
		s.GoodRequests += one.good
		usd, ok := one.Metrics["cost_usd"].(float64)
		cost, known = cost+usd, known && ok
		s.Passed = s.Passed && one.Invalid == "" && !slices.ContainsFunc(one.Checks, func(c Check) bool { return c.Status != Passed })
	}
	if s.Requests > 0 {
		s.ErrorRate = pointer(1 - float64(s.GoodRequests)/float64(s.Requests))
	}
	if known {
		s.CostUSD = pointer(math.Round(cost*1e9) / 1e9)
	}
	r.Summary = s
	r.Recommendations = recommend(r)
}

// WriteJSON writes the report.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

func pointer(v float64) *float64 { return &v }

// number is v, or null where there is no number.
func number(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}
