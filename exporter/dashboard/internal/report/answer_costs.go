package report

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

const (
	daysBack   = 7
	maxChanges = 10
)

// standing is what the headline is made of.
type standing struct {
	budgets        []Budget
	zone           *time.Location
	day, month     time.Time // when they began
	daily, monthly *Budget
}

func (r *Report) standing(a *ask) standing {
	s := standing{budgets: budgets(a)}
	s.zone = zoneOf(s.budgets)
	s.day, _ = dayOf(a.now, s.zone, 0)
	s.month, _ = monthOf(a.now, s.zone, 0)
	if b := total(s.budgets, "day", "daily"); b.since(s.day) {
		s.daily = b
	}
	if b := total(s.budgets, "month", "monthly"); b.since(s.month) {
		s.monthly = b
	}
	return s
}

// head is what pages want to know first.
func (r *Report) head(a *ask) (Spend, standing) {
	s := r.standing(a)
	h := Spend{Timestamp: a.now.UTC(), TimeZone: s.zone.String()}
	a.also(func() { h.AsOf = asOf(a) })
	a.also(func() { h.Current.Daily = r.spent(a, s.daily, s.day) })
	a.also(func() { h.Current.Monthly, h.Current.ProjectedMonthly = r.spentMonth(a, &s) })
	a.also(func() {
		from, to := dayOf(a.now, s.zone, 1)
		h.Compare.Yesterday = r.compared(a, from, sameTime(a.now, from, to)).usd()
	})
	a.also(func() {
		from, to := sameTimeOfMonth(a.now, s.zone)
		h.Compare.LastMonth = r.spentByThen(a, from, to)
	})
	if s.daily != nil {
		h.Status.DailyBudget, h.Status.DailyUtilization = s.daily.Limit, s.daily.Utilization
	}
	if s.monthly != nil {
		h.Status.MonthlyBudget, h.Status.MonthlyUtilization = s.monthly.Limit, s.monthly.Utilization
	}
	a.work.Wait()
	return h, s
}

func asOf(a *ask) *time.Time {
	newest := a.number("max(timestamp(" + bookedUSD + ") or timestamp(llm_budget_spent_usd))")
	if newest == nil {
		return nil
	}
	at := time.UnixMilli(int64(math.Round(*newest * 1000))).UTC()
	return &at
}

// spent is what a period cost so far: the budget knows it, else the book.
func (r *Report) spent(a *ask, b *Budget, from time.Time) *float64 {
	if b != nil {
		return toNano(*b.Spent).usd()
	}
	return r.between(a, bookedUSD, from, a.now).usd()
}

func (r *Report) spentMonth(a *ask, s *standing) (spent, projected *float64) {
	spent = r.spent(a, s.monthly, s.month)
	if s.monthly != nil {
		return spent, s.monthly.Forecast
	}
	_, end := monthOf(a.now, s.zone, 0)
	if gone := a.now.Sub(s.month); spent != nil && gone >= 24*time.Hour {
		projected = inUSD(*spent * float64(end.Sub(s.month)) / float64(gone))
	}
	return spent, projected
}

func (r *Report) costs(ctx context.Context, q *query) (any, error) {
	a := newAsk(ctx, r.o.Querier, q.now)
	h, s := r.head(a)
	c := Costs{Spend: h, Budgets: s.budgets, Usage: UsageBreakdown{CostByModel: map[string]float64{}}, ByGroup: []CostRow{}, Changes: []Change{}}
	var today split3
	var before grown
	a.also(func() { today.usd = r.between(a, bookedUSD, s.day, q.now) })
	a.also(func() { today.calls = r.between(a, bookedCalls, s.day, q.now) })
	a.also(func() { today.tokens = r.between(a, bookedTokens, s.day, q.now) })
	a.also(func() {
		from, to := dayOf(q.now, s.zone, 1)
		before = r.compared(a, from, sameTime(q.now, from, to))
	})
	a.also(func() { c.LastDays = r.lastDays(a, s.zone) })
	a.also(func() { c.Unpriced = unpriced(a, s.day) })
	a.into(&c.Optimization.CacheSavings, increaseSince("llm_cost_saved_usd_total", "", s.day, q.now))
	a.into(&c.Optimization.TotalSavings, increaseSince("llm_cost_discount_usd_total", "", s.day, q.now))
	a.into(&c.Infrastructure.Compute, `sum(rate(llm_infra_cost_usd_total{resource="compute"}[1h])) * 3600`)
	a.into(&c.Infrastructure.Storage, `sum(rate(llm_infra_cost_usd_total{resource="storage"}[1h])) * 3600`)
	if err := a.wait(); err != nil {
		return nil, err
	}
	c.Optimization.add()
	c.Usage.TotalTokens, c.Usage.Calls = today.tokens.count(), today.calls.count()
	c.ByModel = today.rows(byModel, &before, c.Current.Daily, func(row *CostRow, l series.Labels) {
		row.Model, row.Provider = word(l[labelModel]), word(l[labelProvider])
	})
	for i := range c.ByModel {
		c.Usage.CostByModel[c.ByModel[i].Name] = *c.ByModel[i].USD
	}
	c.ByAgent = today.rows(byAgent, &before, c.Current.Daily, func(row *CostRow, l series.Labels) { row.Agent = word(l[labelAgent]) })
	if hasGroups(today.usd.rows) {
		c.ByGroup = today.rows(byGroup, &before, c.Current.Daily, func(row *CostRow, l series.Labels) { row.Group = groupOf(l) })
	}
	c.Changes = changes(&today.usd, &before)
	c.finish(s.zone, q.now)
	return c, nil
}

// finish makes today's day the headline: it may know more than the history.
func (c *Costs) finish(zone *time.Location, now time.Time) {
	if n := len(c.LastDays); n > 0 && c.LastDays[n-1].Date == now.In(zone).Format(time.DateOnly) {
		c.LastDays[n-1] = Day{Date: c.LastDays[n-1].Date, USD: c.Current.Daily, Calls: c.Usage.Calls, Tokens: c.Usage.TotalTokens}
	}
}

// add makes a total of what the contract saved, where there is one.
func (o *OptimizationMetrics) add() {
	switch {
	case o.CacheSavings == nil:
	case o.TotalSavings == nil:
		o.TotalSavings = o.CacheSavings
	default:
		o.TotalSavings = inUSD(*o.TotalSavings + *o.CacheSavings)
	}
}

func word(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func hasGroups(rows []bookRow) bool {
	return slices.ContainsFunc(rows, func(r bookRow) bool { return len(groupOf(r.labels)) > 0 })
}

// count is a number of calls or tokens; nil where it is not known.
func (g grown) count() *float64 {
	if !g.known {
		return nil
	}
	return value(math.Round(g.total().float()))
}

// split3 is what was spent, called and used in one period.
type split3 struct{ usd, calls, tokens grown }

// rows are the parts of a total and, where it has more or less than they, the rest.
func (s *split3) rows(name func(series.Labels) string, before *grown, total *float64, fill func(*CostRow, series.Labels)) []CostRow {
	calls, tokens, then := sums(s.calls.rows, name), sums(s.tokens.rows, name), sums(before.rows, name)
	whole := s.usd.total()
	if total != nil {
		whole = toNano(*total)
	}
	rows, rest := []CostRow{}, whole
	for _, p := range split(s.usd.rows, name) {
		row := CostRow{Name: p.name, USD: p.n.usd(), Share: share(p.n, whole), Calls: count(calls, p.name), Tokens: count(tokens, p.name)}
		if n, ok := then[p.name]; ok && n > 0 && before.known {
			row.Change = value(100 * float64(p.n-n) / float64(n))
		}
		fill(&row, p.first)
		rows = append(rows, row)
		rest -= p.n
	}
	if rest != 0 && total != nil {
		rows = append(rows, CostRow{Name: s.usd.restName(), USD: rest.usd(), Share: share(rest, whole), Rest: true})
	}
	return rows
}

// restName is what the row is called that has what the total has beyond the others.
func (g grown) restName() string {
	if g.young && !g.known {
		return BeforeHistory
	}
	return NotSplit
}

func share(n, whole nano) *float64 {
	if whole <= 0 {
		return nil
	}
	return value(100 * float64(n) / float64(whole))
}

func sums(rows []bookRow, name func(series.Labels) string) map[string]nano {
	all := map[string]nano{}
	for _, p := range split(rows, name) {
		all[p.name] = p.n
	}
	return all
}

func count(m map[string]nano, name string) *float64 {
	if n, ok := m[name]; ok {
		return value(math.Round(n.float()))
	}
	return nil
}

// changes are what grew or shrank most.
func changes(now, before *grown) []Change {
	out := []Change{}
	if !now.known || !before.known {
		return out
	}
	for _, d := range []struct {
		name string
		of   func(series.Labels) string
	}{{"model", byModel}, {"agent", byAgent}, {"group", byGroup}} {
		if d.name == "group" && !hasGroups(now.rows) && !hasGroups(before.rows) {
			continue
		}
		here, then := sums(now.rows, d.of), sums(before.rows, d.of)
		for name := range then {
			here[name] += 0
		}
		for name, n := range here {
			b := then[name]
			if n == b {
				continue
			}
			c := Change{Dimension: d.name, Name: name, USD: *n.usd(), Before: *b.usd(), Delta: *(n - b).usd()}
			if b > 0 {
				c.Percent = value(100 * float64(n-b) / float64(b))
			}
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Delta), math.Abs(a.Delta)), cmp.Compare(a.Dimension, b.Dimension), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), maxChanges)]
}
