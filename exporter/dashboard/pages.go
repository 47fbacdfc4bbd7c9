package dashboard

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/advice"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/alertlog"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/live"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/runs"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/pricing"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

const (
	// reportPath is where the pages' own API is: docs/api.md.
	reportPath = "/api/llm/v1/"
	// usualFor is how long a configured recommendation must hold that does not say so.
	usualFor = 5 * time.Minute
)

// pages is what the pages' own API rests on beside the history.
type pages struct {
	log    *zap.Logger
	alerts *alertlog.Log
	runs   *runs.Store
	hub    *live.Hub
	report *report.Report

	cancel context.CancelFunc
	work   sync.WaitGroup
}

// openAlerts opens the alert log, which the history's own API shows too.
func (s *state) openAlerts() (err error) {
	s.pages = &pages{log: s.log, hub: live.NewHub(live.MaxClients), cancel: func() {}}
	s.pages.alerts, err = alertlog.Open(filepath.Join(s.cfg.Storage.Dir, "alerts.db"), alertlog.Options{Patience: lockWait, Moved: s.moved("alerts")})
	if s.pages.alerts == nil {
		return err
	}
	if err != nil {
		s.log.Error("The alert log cannot be opened; it is tried again with each alert", zap.Error(err))
	}
	return nil
}

func (s *state) moved(what string) func(string) {
	return func(to string) {
		if to == "" {
			s.log.Error("A file of the dashboard was empty: what it had is lost", zap.String("of", what))
			return
		}
		s.log.Error("A file of the dashboard is damaged; it is kept and a new one begins", zap.String("of", what), zap.String("moved", to))
	}
}

// activeAlerts are the alerts that fire.
func (s *state) activeAlerts() []alert.Alert { return s.pages.alerts.Active(time.Now()) }

// openPages opens the rest, and begins what goes on by itself.
func (s *state) openPages() (err error) {
	p := s.pages
	if p.runs, err = runs.Open(filepath.Join(s.cfg.Storage.Dir, "runs"), time.Now(), s.moved("runs")); err != nil {
		s.log.Error("The dearest runs of before cannot be read; those to come are kept in memory", zap.Error(err))
	}
	advisor := advice.New(advice.Options{
		Querier: s.history, Rules: s.rules(), Price: price, Repeated: p.repeated,
		Failed: func(rule string, err error) {
			s.log.Debug("A recommendation could not be looked at", zap.String("rule", rule), zap.Error(err))
		},
	})
	p.report = report.New(report.Options{
		Querier: s.history, Alerts: p.alerts, Runs: p.runs, Advisor: advisor, Hub: p.hub, Now: time.Now,
		Quality: s.cfg.Models.Quality, TraceURL: s.cfg.TraceURL, Path: reportPath,
	})
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	p.work.Go(func() { advisor.Run(ctx) })
	p.work.Go(func() { p.report.Run(ctx) })
	p.work.Go(func() { p.saving(ctx) })
	return nil
}

// rules are the built-in recommendations and those of the configuration.
func (s *state) rules() []advice.Rule {
	rules := advice.Defaults()
	for _, c := range s.cfg.Recommendations {
		rule := advice.Rule{
			Name: c.Name, Title: c.Title, Priority: c.Priority, Advice: c.Advice, Expr: c.Expr, For: c.For, Savings: c.Savings,
		}
		if rule.Priority == "" {
			rule.Priority = advice.Medium
		}
		rules = append(rules, rule)
	}
	return rules
}

// measure is how many tokens are priced at a time: of many at once a provider takes more where it has a price for long prompts.
const measure = 1000

// price is the list price of the built-in table, for prompts that are not long.
func price(provider, model string, t advice.Tokens, at time.Time) (usd float64, ok bool) {
	row := pricing.Default().Find(provider, model)
	if row == nil {
		return 0, false
	}
	for _, part := range []struct {
		tokens float64
		usage  pricing.Usage
	}{
		{t.InputUncached, pricing.Usage{Input: measure}},
		{t.CacheRead, pricing.Usage{Input: measure, CacheRead: measure}},
		{t.CacheWrite, pricing.Usage{Input: measure, CacheWrite: measure}},
		{t.Output, pricing.Usage{Output: measure}},
	} {
		if part.tokens <= 0 {
			continue
		}
		cost, err := row.Price(&pricing.Call{Time: at, Usage: part.usage}, pricing.Factor{})
		if err != nil {
			return 0, false
		}
		usd += part.tokens / measure * float64(cost.Total) / 1e9
	}
	return usd, true
}

func (p *pages) repeated(from, _ time.Time) []advice.Repeated {
	sums := p.runs.Repeated(from)
	var out []advice.Repeated
	for _, key := range slices.SortedFunc(maps.Keys(sums), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, advice.Repeated{Provider: key[0], Model: key[1], Tokens: sums[key]})
	}
	return out
}

// saving writes the runs now and then, and once more in the end.
func (p *pages) saving(ctx context.Context) {
	failing := false
	save := func() {
		err := p.runs.Save()
		if err != nil && !failing {
			p.log.Warn("The dearest runs cannot be written; they are kept in memory", zap.Error(err))
		}
		failing = err != nil
	}
	for range ticks.Until(ctx.Done(), runs.SaveEvery) {
		save()
	}
	save()
}

// addLogs keeps the alerts among the records. They are on disk when it returns.
func (p *pages) addLogs(ld plog.Logs, now time.Time) (added int, err error) {
	var alerts []alert.Alert
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, record := range sl.LogRecords().All() {
				if a, ok := alert.Read(record); ok {
					alerts = append(alerts, a)
				}
			}
		}
	}
	if len(alerts) == 0 {
		return 0, nil
	}
	defer p.report.Poke()
	return p.alerts.Add(alerts, now)
}

// end lets the streams go, so that the server need not wait for them.
func (p *pages) end() {
	p.hub.Close()
	p.cancel()
	p.work.Wait()
}

func (p *pages) close() error {
	if p.alerts == nil {
		return nil
	}
	return p.alerts.Close()
}
