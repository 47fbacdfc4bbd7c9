package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

// recent is the window of /health and /realtime; it is that of perfstats.
var recent = window{name: "5m", length: 5 * time.Minute}

// lookedBack is how far back /health looks for the last call.
const lookedBack = 35 * 24 * time.Hour

func (r *Report) health(ctx context.Context, q *query) (any, error) {
	a := newAsk(ctx, r.o.Querier, q.now)
	h := r.healthOf(a)
	if err := a.wait(); err != nil {
		return nil, err
	}
	return h, nil
}

// ofService are the gauges of whole services.
const ofService = labelModel + `="",` + labelAgent + `="",` + labelTool + `=""`

func (r *Report) healthOf(a *ask) Health {
	h := Health{Timestamp: a.now.UTC(), Status: NoData, Services: []ServiceStatus{}, ActiveAlerts: len(r.o.Alerts.Active(a.now))}
	states := a.vector(`max by (`+labelService+`, state) (llm_perf_health{`+ofService+`}) == 1`, a.now)
	rates := a.by(labelService, `100 * max by (`+labelService+`) (llm_perf_error_ratio{`+ofService+`})`)
	averages := a.by(labelService, `max by (`+labelService+`) (llm_perf_latency_seconds{scope="llm",stat="avg",`+ofService+`})`)
	worst := map[string]string{}
	for _, s := range states {
		if name, state := s.Labels[labelService], s.Labels["state"]; severity(state) > severity(worst[name]) {
			worst[name] = state
		}
	}
	for name, state := range worst {
		h.Services = append(h.Services, ServiceStatus{name, state, known(rates, name), known(averages, name)})
	}
	slices.SortFunc(h.Services, func(a, b ServiceStatus) int {
		return cmp.Or(cmp.Compare(severity(b.Status), severity(a.Status)), cmp.Compare(a.Service, b.Service))
	})
	all := a.number(recent.increase("llm_calls_total", ""))
	ok := a.number(recent.increase(`llm_calls_total{status="ok"}`, ""))
	h.ErrorRate = restOf(percent(zeroIf(ok, all), all))
	h.AvgResponseTime = a.number(hist{w: recent, name: series.CallDuration}.average())
	if last := lastCall(a); !last.IsZero() {
		h.LastCall = &last
	}
	h.judge()
	return h
}

// severity ranks states.
func severity(state string) int {
	return slices.Index([]string{"", Healthy, Degraded, Unhealthy}, state)
}

// judge says how the worst service is, and why.
func (h *Health) judge() {
	if len(h.Services) == 0 {
		h.Reason = "no model call was seen yet"
		if h.LastCall != nil {
			h.Reason = "no model call in the last 5 minutes; the last one was at " + h.LastCall.Format("2006-01-02 15:04:05 UTC")
		}
		return
	}
	h.Status = h.Services[0].Status
	if h.Status == Healthy {
		h.Reason = "all services answer in time and without many errors"
		return
	}
	var why []string
	for _, s := range h.Services {
		if s.Status != h.Status {
			break
		}
		var figures []string
		if s.ErrorRate != nil {
			figures = append(figures, fmt.Sprintf("%.1f %% of the model calls of the last 5 minutes failed", *s.ErrorRate))
		}
		if s.AvgResponseTime != nil {
			figures = append(figures, fmt.Sprintf("they took %.2f s on average", *s.AvgResponseTime))
		}
		why = append(why, s.Service+": "+strings.Join(figures, ", "))
	}
	h.Reason = strings.Join(why[:min(len(why), 3)], "; ")
}

// lastCall is when model calls last grew in number, as far as the history shows; zero where there was none.
func lastCall(a *ask) time.Time {
	for _, back := range []struct{ length, step time.Duration }{{time.Hour, 15 * time.Second}, {24 * time.Hour, 5 * time.Minute}, {lookedBack, 2 * time.Hour}} {
		found := a.number(fmt.Sprintf(`max(max_over_time((timestamp(%s) and (%s - (%s offset %ds) > 0))[%ds:%ds]))`,
			bookedCalls, bookedCalls, bookedCalls, int64(back.step.Seconds()), int64(back.length.Seconds()), int64(back.step.Seconds())))
		if found != nil {
			return time.Unix(int64(*found), 0).UTC()
		}
	}
	return time.Time{}
}

func (r *Report) realtime(ctx context.Context, q *query) (any, error) {
	a := newAsk(ctx, r.o.Querier, q.now)
	asked := askRequests(a, recent)
	var lows, highs map[string]float64
	a.byInto(&lows, "scope", `min by (scope) (llm_perf_latency_seconds{stat="min",`+ofService+`})`)
	a.byInto(&highs, "scope", `max by (scope) (llm_perf_latency_seconds{stat="max",`+ofService+`})`)
	if err := a.wait(); err != nil {
		return nil, err
	}
	m := asked.answer(recent)
	total := whole(times(m.PerMinute, recent.length.Minutes()))
	switch {
	case total == nil || *total == 0:
		status := NoRecentData
		if seen := a.number(`count(last_over_time(llm_calls_total[35d:1h]) or last_over_time(` + bookedCalls + `[35d:1h]))`); seen == nil {
			status = NoData
		}
		return Realtime{Status: status}, nil
	case m.Avg == nil:
		return Realtime{Status: NoResponseData}, nil
	}
	now := q.now.UTC()
	return Realtime{
		Scope: m.Scope, Avg: m.Avg, Max: known(highs, m.Scope), Min: known(lows, m.Scope), Total: total, SuccessRate: m.SuccessRate, Timestamp: &now,
	}, nil
}
