package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/advice"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/alertlog"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/live"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/runs"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// Options are where a Report has its answers from.
type Options struct {
	Querier series.Querier
	Alerts  *alertlog.Log
	Runs    *runs.Store
	Advisor *advice.Advisor
	Hub     *live.Hub
	Now     func() time.Time
	Quality map[string]float64 // configured, by model
	// TraceURL is the link of a trace with {trace_id} in it, or empty.
	TraceURL string
	// Path is where the answers are, with a slash at its end.
	Path string
}

// Report answers /api/llm/v1.
type Report struct {
	o   Options
	mux *http.ServeMux

	mu      sync.Mutex
	bases   *bounded.Map[string, based]
	days    *bounded.Map[string, grown]
	answers *bounded.Map[string, *prepared]

	sent string // the last head

	poked chan struct{}
}

const (
	maxBases   = 64
	maxDays    = 300
	maxAnswers = 100
	// fresh is how long an answer is given again.
	fresh = time.Second
	// freshLong is the same for ranges whose figures take long and hardly change.
	freshLong = 15 * time.Second
)

// New makes a Report.
func New(o Options) *Report {
	r := &Report{
		o: o, mux: http.NewServeMux(), poked: make(chan struct{}, 1),
		bases: bounded.New[string, based](maxBases, 10*time.Minute), days: bounded.New[string, grown](maxDays, time.Hour),
		answers: bounded.New[string, *prepared](maxAnswers, time.Minute),
	}
	for path, e := range r.endpoints() {
		r.mux.Handle(o.Path+path, r.serve(e))
	}
	r.mux.HandleFunc(o.Path+"events", r.events)
	r.mux.HandleFunc(o.Path, func(w http.ResponseWriter, req *http.Request) {
		fail(w, http.StatusNotFound, "not_found", "there is nothing at "+req.URL.Path+"; docs/api.md has what there is")
	})
	return r
}

// endpoint is one answer.
type endpoint struct {
	timeout time.Duration
	params  []string
	answer  func(context.Context, *query) (any, error)
}

func (r *Report) endpoints() map[string]endpoint {
	table := func(of func(context.Context, *query) (any, error)) endpoint {
		return endpoint{15 * time.Second, []string{"range"}, of}
	}
	return map[string]endpoint{
		"summary":         {15 * time.Second, []string{"range"}, r.summary},
		"realtime":        {5 * time.Second, nil, r.realtime},
		"health":          {5 * time.Second, nil, r.health},
		"costs":           {15 * time.Second, nil, r.costs},
		"costs/days":      {20 * time.Second, []string{"from", "to"}, r.costDays},
		"models":          table(r.models),
		"agents":          table(r.agents),
		"tools":           table(r.tools),
		"groups":          table(r.groups),
		"series":          {20 * time.Second, []string{"panel", "range"}, r.series},
		"alerts":          {5 * time.Second, []string{"limit"}, r.alerts},
		"recommendations": {5 * time.Second, nil, r.recommendations},
		"models/suggest":  {15 * time.Second, []string{"complexity", "min_quality"}, r.suggest},
		"runs":            {5 * time.Second, []string{"window", "limit"}, r.runs},
	}
}

// ServeHTTP answers one request.
func (r *Report) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		fail(w, http.StatusMethodNotAllowed, "method_not_allowed", "only GET and HEAD")
		return
	}
	r.mux.ServeHTTP(w, req)
}

// query are the parameters of a request.
type query struct {
	values map[string]string
	now    time.Time
}

// badRequest is a request that is wrong.
type badRequest struct{ text string }

func (e *badRequest) Error() string { return e.text }

func bad(format string, args ...any) error { return &badRequest{fmt.Sprintf(format, args...)} }

var windows = []window{
	{name: "15m", length: 15 * time.Minute},
	{name: "1h", length: time.Hour},
	{name: "6h", length: 6 * time.Hour},
	{name: "24h", length: 24 * time.Hour},
	{name: "7d", length: 7 * 24 * time.Hour},
	{name: "30d", length: 30 * 24 * time.Hour},
}

func (q *query) window() (window, error) {
	name := q.values["range"]
	if name == "" {
		name = "1h"
	}
	for _, w := range windows {
		if w.name == name {
			w.begun = q.now.Sub(q.now.Truncate(time.Hour))
			return w, nil
		}
	}
	return window{}, bad("range must be one of 15m, 1h, 6h, 24h, 7d, 30d; got %q", name)
}

// limit is a number from 1 to most, most by default.
func (q *query) limit(usual, most int) (int, error) {
	text := q.values["limit"]
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, bad("limit must be a number from 1 to %d; got %q", most, text)
	}
	return n, nil
}

func (r *Report) serve(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		q := &query{values: map[string]string{}, now: r.o.Now()}
		key := req.URL.Path
		for name, all := range req.URL.Query() {
			if !slices.Contains(e.params, name) || len(all) != 1 {
				fail(w, http.StatusBadRequest, "bad_request", fmt.Sprintf("parameters are %s, once each; got %q", orNone(e.params), name))
				return
			}
			q.values[name] = all[0]
		}
		for _, name := range e.params {
			key += "\x00" + q.values[name]
		}
		p := r.prepare(req.Context(), key, e, q)
		write(w, p.status, p.body)
	})
}

func orNone(params []string) string {
	if len(params) == 0 {
		return "none"
	}
	return strings.Join(params, ", ")
}

// errorOf is the answer that an error is.
func errorOf(err error) (status int, body []byte) {
	var wrong *badRequest
	f := Failure{FailureReason{"unavailable", "the history cannot be read: " + err.Error()}}
	status = http.StatusServiceUnavailable
	switch {
	case errors.As(err, &wrong):
		status, f = http.StatusBadRequest, Failure{FailureReason{"bad_request", wrong.text}}
	case errors.Is(err, context.DeadlineExceeded):
		status, f = http.StatusGatewayTimeout, Failure{FailureReason{"timeout", "the answer took too long; ask for a shorter range"}}
	}
	body, _ = json.Marshal(f)
	return status, body
}

func fail(w http.ResponseWriter, status int, code, message string) {
	body, _ := json.Marshal(Failure{FailureReason{code, message}})
	write(w, status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", strconv.Itoa(live.RetryAfter))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
