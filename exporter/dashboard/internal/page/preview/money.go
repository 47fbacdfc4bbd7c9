package main

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func (m *made) costs() report.Costs {
	c := report.Costs{Spend: report.Spend{Timestamp: m.now().UTC(), TimeZone: zone}}
	if m.kind == "empty" {
		c.Budgets = []report.Budget{m.budget("daily", "day", nil, 100, 0), m.budget("monthly", "month", nil, 3000, 0)}
		c.Current = report.CurrentCosts{Daily: ptr(0), Monthly: ptr(0)}
		c.Status = report.BudgetStatus{DailyBudget: ptr(100), MonthlyBudget: ptr(3000), DailyUtilization: ptr(0), MonthlyUtilization: ptr(0)}
		return c
	}
	c.Spend = m.head()
	c.Optimization = report.OptimizationMetrics{CacheSavings: ptr(4.2), TotalSavings: ptr(5.25)}
	c.Budgets = m.budgets()
	for i, model := range m.models() {
		usd := m.today() * model.share
		c.ByModel = append(c.ByModel, report.CostRow{Name: model.name, USD: ptr(usd), Share: ptr(100 * model.share), Calls: ptr(float64(900 * (i + 1)))})
	}
	names := m.models()
	c.Changes = []report.Change{
		{Dimension: "model", Name: names[0].name, USD: 29.17, Before: 21.04, Delta: 8.13, Percent: ptr(38.6)},
		{Dimension: "agent", Name: m.agents()[0], USD: 24.9, Before: 18.2, Delta: 6.7, Percent: ptr(36.8)},
		{Dimension: "model", Name: names[1].name, USD: 17.12, Before: 13.94, Delta: 3.18, Percent: ptr(22.8)},
		{Dimension: "team", Name: "search", USD: 31.4, Before: 29.85, Delta: 1.55, Percent: ptr(5.2)},
		{Dimension: "agent", Name: m.agents()[2], USD: 3.21, Before: 6.02, Delta: -2.81, Percent: ptr(-46.7)},
		{Dimension: "model", Name: names[4].name, USD: 3.8, Before: 4.9, Delta: -1.1, Percent: ptr(-22.4)},
	}
	c.Unpriced = []report.Unpriced{
		{Provider: "openrouter", Model: "mystery-large-2", Reason: "unknown_model", Calls: ptr(41), Tokens: ptr(182_330)},
		{Provider: "openai", Model: "gpt-5", Reason: "no_usage", Calls: ptr(7)},
	}
	return c
}

func (m *made) head() report.Spend {
	now := m.now().UTC()
	asOf := now.Add(-time.Second)
	today := m.today()
	month := 1402.880163005 + today
	return report.Spend{
		Timestamp: now, AsOf: &asOf, TimeZone: zone,
		Current: report.CurrentCosts{Daily: &today, Monthly: &month, ProjectedMonthly: ptr(2310.4)},
		Compare: report.Compare{Yesterday: ptr(52.74), LastMonth: ptr(1611.2)},
		Status:  report.BudgetStatus{DailyBudget: ptr(100), MonthlyBudget: ptr(3000), DailyUtilization: &today, MonthlyUtilization: ptr(month / 30)},
	}
}

func (m *made) budget(name, period string, group map[string]string, limit, spent float64) report.Budget {
	location, err := time.LoadLocation(zone)
	if err != nil {
		location = time.UTC
	}
	now := m.now().In(location)
	start := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, location)
	end := start.AddDate(0, 0, 1)
	if period == "month" {
		start = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, location)
		end = start.AddDate(0, 1, 0)
	}
	start, end = start.UTC(), end.UTC()
	b := report.Budget{
		Name: name, Period: period, Unit: genai.UnitUSD, Group: group, Limit: &limit, Spent: &spent, Remaining: ptr(limit - spent),
		Utilization: ptr(100 * spent / limit),
		StartsAt:    &start, ResetsAt: &end, TimeZone: text(zone),
	}
	passed := m.now().Sub(start).Seconds()
	if spent > 0 && passed > 0 {
		total := end.Sub(start).Seconds()
		b.Forecast = ptr(spent * total / passed)
		if out := m.now().Add(time.Duration((limit - spent) / spent * passed * float64(time.Second))).UTC(); out.Before(end) && spent < limit {
			b.ExhaustsAt = &out
		}
	}
	return b
}

func (m *made) budgets() []report.Budget {
	today := m.today()
	teams := []string{"search", "support", "research"}
	if m.kind == "hostile" {
		teams = hostile[:3]
	}
	tokens := m.budget("tokens", "day", nil, 50_000_000, 31_204_112)
	tokens.Unit = genai.UnitTokens
	return []report.Budget{
		m.budget("daily", "day", nil, 100, today), m.budget("monthly", "month", nil, 3000, 1402.880163005+today),
		m.budget("team-monthly", "month", map[string]string{"team": teams[0]}, 1500, 1312.07),
		m.budget("team-monthly", "month", map[string]string{"team": teams[1]}, 500, 171.3),
		m.budget("team-monthly", "month", map[string]string{"team": teams[2]}, 250, 261.9), tokens,
	}
}

func (m *made) days() report.CostDays {
	location, err := time.LoadLocation(zone)
	if err != nil {
		location = time.UTC
	}
	now := m.now()
	d := report.CostDays{Timestamp: now.UTC(), TimeZone: zone, Days: []report.ModelDay{}}
	if m.kind == "empty" {
		return d
	}
	for back := range 7 {
		at := now.In(location).AddDate(0, 0, -back)
		for i, model := range m.models() {
			size := wave(at, float64(i)) * model.share
			d.Days = append(d.Days, report.ModelDay{
				Date: at.Format(time.DateOnly), Model: model.name, Provider: model.provider, Input: ptr(float64(int(9e6 * size))),
				Output:     ptr(float64(int(1.1e6 * size))),
				CacheWrite: ptr(float64(int(4e5 * size))), CacheRead: ptr(float64(int(6e6 * size))), USD: ptr(float64(int(61e9*size)) / 1e9),
			})
		}
	}
	return d
}
