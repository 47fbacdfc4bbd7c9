package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// budgetMetrics are all gauges of budgets, and what each is.
var budgetMetrics = map[string]func(*Budget, float64){
	"llm_budget_limit_":     func(b *Budget, f float64) { b.Limit = &f },
	"llm_budget_spent_":     func(b *Budget, f float64) { b.Spent = &f },
	"llm_budget_remaining_": func(b *Budget, f float64) { b.Remaining = &f },
	"llm_budget_forecast_":  func(b *Budget, f float64) { b.Forecast = &f },
}

var budgetUnits = map[string]string{"usd": "USD", "tokens": "tokens", "calls": "calls"}

const (
	budgetGauges      = `{__name__=~"llm_budget_((limit|spent|remaining|forecast)_(usd|tokens|calls)|utilization_ratio|period_(start|end)_seconds)"}`
	budgetUtilization = "llm_budget_utilization_ratio"
	budgetStart       = "llm_budget_period_start_seconds"
	budgetEnd         = "llm_budget_period_end_seconds"
)

// budgets are all budgets as they stand, in the order of their names. Replicas tell the same.
func budgets(a *ask) []Budget {
	all := map[string]*Budget{}
	for _, s := range a.vector(budgetGauges, a.now) {
		l := s.Labels
		group := groupOf(l)
		if l[labelOverflow] != "" {
			group = map[string]string{labelOverflow: "true"}
		}
		key := l["budget_name"] + "\x00" + l["budget_period"] + "\x00" + l[labelID] + "\x00" + keyOf(group)
		b := all[key]
		if b == nil {
			b = &Budget{Name: l["budget_name"], Period: l["budget_period"], Group: group}
			all[key] = b
		}
		b.read(l["__name__"], l["budget_timezone"], s.Value)
	}
	out := make([]Budget, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		b := all[key]
		if b.Spent == nil {
			continue
		}
		b.ExhaustsAt = b.exhausts(a.now)
		out = append(out, *b)
	}
	return out
}

func (b *Budget) read(name, zone string, f float64) {
	at := time.Unix(int64(f), 0).UTC()
	switch name {
	case budgetUtilization:
		b.Utilization = value(100 * f)
	case budgetStart:
		b.StartsAt = &at
	case budgetEnd:
		b.ResetsAt = &at
	default:
		for prefix, set := range budgetMetrics {
			if unit, ok := strings.CutPrefix(name, prefix); ok {
				b.Unit = budgetUnits[unit]
				set(b, *toNano(f).usd())
			}
		}
		return
	}
	if zone != "" {
		b.TimeZone = &zone
	}
}

// exhausts is when the limit is reached at the pace of the forecast.
func (b *Budget) exhausts(now time.Time) *time.Time {
	if b.Limit == nil || b.Forecast == nil || b.ResetsAt == nil || *b.Spent >= *b.Limit || *b.Forecast <= *b.Limit {
		return nil
	}
	left := b.ResetsAt.Sub(now)
	at := now.Add(time.Duration(float64(left) * (*b.Limit - *b.Spent) / (*b.Forecast - *b.Spent))).UTC().Truncate(time.Second)
	if at.Before(now) || at.After(*b.ResetsAt) {
		return nil
	}
	return &at
}

// total is the budget of a period that counts everything: in USD, without groups. Its name does not say whether it has a condition, but of
// several the one that everything counts in has most.
func total(all []Budget, period, name string) *Budget {
	var best *Budget
	for i := range all {
		b := &all[i]
		if b.Unit != "USD" || b.Period != period || len(b.Group) > 0 {
			continue
		}
		if best == nil || better(b, best, name) {
			best = b
		}
	}
	return best
}

func better(b, than *Budget, name string) bool {
	if (b.Name == name) != (than.Name == name) {
		return b.Name == name
	}
	return cmp.Compare(*b.Spent, *than.Spent) > 0
}

// zoneOf is the time zone of the budgets: the day's, else the month's, else any; UTC without one.
func zoneOf(all []Budget) *time.Location {
	var names []*string
	for _, b := range []*Budget{total(all, "day", "daily"), total(all, "month", "monthly")} {
		if b != nil {
			names = append(names, b.TimeZone)
		}
	}
	for i := range all {
		names = append(names, all[i].TimeZone)
	}
	for _, name := range names {
		if name == nil {
			continue
		}
		if zone, err := time.LoadLocation(*name); err == nil {
			return zone
		}
	}
	return time.UTC
}

// since says whether a budget is in the period that began at from: between two of them it may still tell of the one before.
func (b *Budget) since(from time.Time) bool {
	return b != nil && (b.StartsAt == nil || b.StartsAt.Equal(from))
}
