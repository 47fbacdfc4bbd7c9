package report

import (
	"cmp"
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/advice"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

func (r *Report) traceURL(id string) *string {
	if r.o.TraceURL == "" || id == "" {
		return nil
	}
	return word(strings.ReplaceAll(r.o.TraceURL, "{trace_id}", id))
}

func (r *Report) alertOf(a *alert.Alert) Alert {
	to := Alert{Alert: *a}
	if a.Trace != ([16]byte{}) {
		to.Trace = hex.EncodeToString(a.Trace[:])
		to.TraceURL = r.traceURL(to.Trace)
	}
	if a.Span != ([8]byte{}) {
		to.Span = hex.EncodeToString(a.Span[:])
	}
	return to
}

func (r *Report) alerts(_ context.Context, q *query) (any, error) {
	limit, err := q.limit(100, 1000)
	if err != nil {
		return nil, err
	}
	past, err := r.o.Alerts.Past(limit)
	if err != nil {
		return nil, err
	}
	out := Alerts{Timestamp: q.now.UTC(), Active: []Alert{}, Past: []Alert{}}
	active := r.o.Alerts.Active(q.now)
	for i := range active {
		out.Active = append(out.Active, r.alertOf(&active[i]))
	}
	for i := range past {
		out.Past = append(out.Past, r.alertOf(&past[i]))
	}
	return out, nil
}

const nothing = "nothing to recommend"

func (r *Report) recommendations(_ context.Context, q *query) (any, error) {
	out := Recommendations{Timestamp: q.now.UTC(), Recommendations: r.o.Advisor.Current()}
	if len(out.Recommendations) == 0 {
		out.Message = nothing
	}
	return out, nil
}

func (r *Report) runs(_ context.Context, q *query) (any, error) {
	limit, err := q.limit(100, 100)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(q.values["window"], "24h")
	window, ok := map[string]time.Duration{"24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour}[name]
	if !ok {
		return nil, bad("window must be 24h or 7d; got %q", name)
	}
	out := Runs{Timestamp: q.now.UTC(), Window: name, Runs: []Run{}}
	for _, one := range r.o.Runs.Dearest(window, limit, q.now) {
		models := []string{}
		for _, m := range one.Models {
			if !slices.Contains(models, m.Name) {
				models = append(models, m.Name)
			}
		}
		out.Runs = append(out.Runs, Run{
			ID: one.ID, Kind: one.Kind, USD: float64(one.NanoUSD) / 1e9, Calls: one.Calls, Tokens: one.Tokens, Agent: one.Agent, Service: one.Service,
			Models: models, StartedAt: one.StartedAt.UTC(), EndedAt: one.EndedAt.UTC(), TraceURL: r.traceURL(one.TraceID),
		})
	}
	return out, nil
}

// suggestWindow is what the suggestion of a model rests on.
var suggestWindow = window{name: "24h", length: 24 * time.Hour}

// leastEvaluations is how many scores an evaluated quality rests on.
const leastEvaluations = 20

func (r *Report) suggest(ctx context.Context, q *query) (any, error) {
	complexity := cmp.Or(q.values["complexity"], "medium")
	weights, ok := advice.Complexities[complexity]
	if !ok {
		return nil, bad("complexity must be one of %s; got %q", strings.Join(slices.Sorted(maps.Keys(advice.Complexities)), ", "), complexity)
	}
	quality := 0.85
	if text := q.values["min_quality"]; text != "" {
		var err error
		if quality, err = strconv.ParseFloat(text, 64); err != nil || !(quality >= 0 && quality <= 1) {
			return nil, bad("min_quality must be a number from 0 to 1; got %q", text)
		}
	}
	a := newAsk(ctx, r.o.Querier, q.now)
	models := r.modelsInUse(a)
	if err := a.wait(); err != nil {
		return nil, err
	}
	found, why := advice.Suggest(models, weights, quality)
	out := Suggestion{Timestamp: q.now.UTC(), Complexity: complexity, MinQuality: quality, Candidates: []Candidate{}, Message: why}
	if len(found) > 0 {
		out.Candidates, out.Suggested = found, &found[0]
	}
	return out, nil
}

// modelsInUse are those with a quality and calls that have a price. Scores of evaluations name the agent, so a model's are those of agents that
// used no other one.
func (r *Report) modelsInUse(a *ask) []advice.Model {
	from := a.now.Add(-suggestWindow.length)
	usd, calls := r.between(a, bookedUSD, from, a.now), r.between(a, bookedCalls, from, a.now)
	unpriced := sums(r.between(a, bookedUnpriced, from, a.now).rows, byModel)
	spent, called := sums(usd.rows, byModel), sums(calls.rows, byModel)
	evaluated := r.evaluated(a, calls.rows)
	p95 := a.by(labelModel, hist{w: suggestWindow, name: series.CallDuration, by: labelModel}.quantile("0.95"))
	var models []advice.Model
	for name, n := range called {
		if n -= unpriced[name]; n <= 0 || name == unnamed || name == overflow {
			continue
		}
		m := advice.Model{Name: name, CostPerCall: *inUSD(float64(spent[name]) / float64(n)), P95: known(p95, name), QualitySource: advice.QualityEvaluated}
		if m.Quality, m.QualitySource = evaluated[name], advice.QualityEvaluated; m.Quality == 0 {
			m.Quality, m.QualitySource = r.o.Quality[name], advice.QualityConfigured
		}
		if m.Quality > 0 {
			models = append(models, m)
		}
	}
	slices.SortFunc(models, func(a, b advice.Model) int { return cmp.Compare(a.Name, b.Name) })
	return models
}

func (r *Report) evaluated(a *ask, calls []bookRow) map[string]float64 {
	models := map[string]map[string]bool{} // of each agent
	for _, row := range calls {
		agent := row.labels[labelAgent]
		if models[agent] == nil {
			models[agent] = map[string]bool{}
		}
		models[agent][row.labels[labelModel]] = true
	}
	h := hist{w: suggestWindow, name: series.Evaluation, by: labelAgent}
	scores, counts := a.by(labelAgent, h.sum()), a.by(labelAgent, h.count())
	sum, n := map[string]float64{}, map[string]float64{}
	for agent, score := range scores {
		if len(models[agent]) != 1 {
			continue
		}
		for model := range models[agent] {
			sum[model] += score
			n[model] += counts[agent]
		}
	}
	out := map[string]float64{}
	for model, s := range sum {
		if mean := s / n[model]; n[model] >= leastEvaluations && mean >= 0 && mean <= 1 {
			out[model] = mean
		}
	}
	return out
}
