package advice

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// Options are what an Advisor needs.
type Options struct {
	Querier series.Querier
	Rules   []Rule
	// Price and Repeated may be nil: then savings that need them are not known.
	Price    Price
	Repeated func(from, to time.Time) []Repeated
	// Failed hears of a rule that could not be looked at.
	Failed func(rule string, err error)
}

const (
	interval = time.Minute
	// gap is after how long without an answer a rule begins anew to hold.
	gap = 5 * time.Minute
	// maxSubjects is how many subjects one rule may have.
	maxSubjects = 20
	// patience is how long the rules together may take.
	patience = 45 * time.Second
)

// Advisor looks at the rules. One goroutine calls Evaluate; Current may be called by any.
type Advisor struct {
	o       Options
	rules   []ruleState
	current atomic.Pointer[[]Recommendation]
}

// ruleState is since when a rule holds, by subject.
type ruleState struct {
	since  map[string]time.Time
	looked time.Time // when it was looked at last, well
	told   []Recommendation
}

// New makes an Advisor that knows nothing yet.
func New(o Options) *Advisor {
	a := &Advisor{o: o, rules: make([]ruleState, len(o.Rules))}
	a.current.Store(&[]Recommendation{})
	return a
}

// Current are the recommendations as of the last Evaluate, the most important first. They must not be changed.
func (a *Advisor) Current() []Recommendation { return *a.current.Load() }

// Run evaluates each minute until ctx ends.
func (a *Advisor) Run(ctx context.Context) {
	for now := range ticks.Until(ctx.Done(), interval) {
		a.Evaluate(ctx, now)
	}
}

// Evaluate looks at all rules as of now.
func (a *Advisor) Evaluate(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	all := []Recommendation{}
	for i := range a.o.Rules {
		rule, state := &a.o.Rules[i], &a.rules[i]
		if rule.Every <= 0 || state.looked.IsZero() || now.Sub(state.looked) >= rule.Every || now.Before(state.looked) {
			found, err := a.o.Querier.Instant(ctx, rule.Expr, now)
			if err != nil {
				if ctx.Err() == nil && a.o.Failed != nil {
					a.o.Failed(rule.Name, err)
				}
			} else {
				state.told = a.look(ctx, rule, state, found, now)
			}
		}
		if now.Sub(state.looked) <= gap+rule.Every {
			all = append(all, state.told...)
		}
	}
	slices.SortStableFunc(all, func(a, b Recommendation) int {
		return cmp.Or(cmp.Compare(rank(a.Priority), rank(b.Priority)), cmp.Compare(worth(&b), worth(&a)))
	})
	a.current.Store(&all)
}

func rank(priority string) int { return slices.Index([]string{High, Medium, Low}, priority) }

func worth(r *Recommendation) float64 {
	if r.Savings == nil {
		return 0
	}
	return *r.Savings
}

// look is what a rule says now.
func (a *Advisor) look(ctx context.Context, rule *Rule, state *ruleState, found []series.Sample, now time.Time) []Recommendation {
	slices.SortFunc(found, func(a, b series.Sample) int { return cmp.Compare(subjectOf(a.Labels), subjectOf(b.Labels)) })
	found = found[:min(len(found), maxSubjects)]
	anew := state.looked.IsZero() || now.Sub(state.looked) > gap+rule.Every || now.Before(state.looked)
	since := make(map[string]time.Time, len(found))
	var told []Recommendation
	for _, s := range found {
		subject := subjectOf(s.Labels)
		since[subject] = now
		if before, ok := state.since[subject]; ok && !anew {
			since[subject] = before
		}
		if now.Sub(since[subject]) < rule.For || math.IsNaN(s.Value) {
			continue
		}
		if r, ok := a.recommend(ctx, rule, s, now); ok {
			r.Since = since[subject].UTC()
			told = append(told, r)
		}
	}
	state.since, state.looked = since, now
	return told
}

func (a *Advisor) recommend(ctx context.Context, rule *Rule, s series.Sample, now time.Time) (Recommendation, bool) {
	subject := subjectOf(s.Labels)
	figures := map[string]float64{cmp.Or(rule.Value, "value"): s.Value}
	for name, expr := range rule.Figures {
		if value, ok := a.figure(ctx, expr, subject, now); ok {
			figures[name] = value
		}
	}
	var words map[string]string
	r := Recommendation{Name: rule.Name, Subject: subject, Priority: rule.Priority, Figures: figures}
	if rule.Savings != "" {
		if usd, ok := a.figure(ctx, rule.Savings, subject, now); ok {
			r.Savings = &usd
		}
	}
	if rule.saving != nil {
		more, ok := rule.saving(ctx, &a.o, s.Labels, now)
		if !ok {
			return r, false
		}
		r.Savings, words = more.usd, more.words
		for name, value := range more.figures {
			figures[name] = value
		}
	}
	for name := range counted {
		if n, ok := figures[name]; ok {
			figures[name] = math.Round(n)
		}
	}
	r.Title, r.Advice = fill(rule.Title, subject, figures, words), fill(rule.Advice, subject, figures, words)
	return r, true
}

// figure is what an expression says of a subject; one without labels is of all.
func (a *Advisor) figure(ctx context.Context, expr, subject string, now time.Time) (float64, bool) {
	found, err := a.o.Querier.Instant(ctx, expr, now)
	if err != nil {
		return 0, false
	}
	for _, s := range found {
		if of := subjectOf(s.Labels); (of == subject || of == "") && !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) {
			return s.Value, true
		}
	}
	return 0, false
}
