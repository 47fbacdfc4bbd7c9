package budget

import (
	"net/url"
	"strconv"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of alert.reason.
const (
	reasonThreshold = "threshold"     // spend has reached it
	reasonForecast  = "forecast"      // spend will probably reach it
	reasonBurnRate  = "burn_rate"     // money is spent too fast
	reasonLimit     = "limit_changed" // another limit, not more spend
	reasonGroups    = "too_many_groups"
	reasonLate      = "late"
	reasonEnded     = "period_ended"
	reasonRunEnded  = "run_ended"
	reasonBelow     = "below_threshold"
	reasonRemoved   = "budget_removed"
)

func severity(exceeded bool) string {
	if exceeded {
		return genai.SeverityError
	}
	return genai.SeverityWarning
}

func (r *rule) alertType(what string) string { return typeWords[r.period.Kind] + "_BUDGET_" + what }

// firing is an alert that begins now, without what its basis says of it.
func (d *decision) firing(g *group, w window, l *latch, spent int64) alert.Alert {
	r := g.rule
	start := w.start
	if r.period.Kind == Lifetime {
		start = 0
	}
	a := alert.Alert{
		Event: genai.EventBudgetAlert, Time: time.Unix(d.now, 0).UTC(), Name: r.name, State: genai.AlertFiring,
		Reason: firstOf(d.reason, reasonThreshold), Group: g.labels(), StartsAt: time.Unix(d.now, 0).UTC(),
		Budget: alert.Budget{
			Name: r.name, Period: r.period.String(), Unit: r.unit.String(), Limit: r.unit.Float(g.limit), Spent: r.unit.Float(spent),
			Remaining: r.unit.Float(g.limit - spent),
		},
		URL: d.engine.options.page(g),
	}
	if start != 0 {
		a.Budget.PeriodStart = time.Unix(start, 0).UTC()
	}
	if l.End != 0 {
		a.Budget.ResetsAt = time.Unix(w.end, 0).UTC()
		a.EndsAt = a.Budget.ResetsAt
	} else if r.period.Kind == Rolling {
		a.EndsAt = time.Unix(floor(d.now, 60)+r.length, 0).UTC()
	}
	if f, ok := d.forecast(g, w, spent); ok {
		a.Budget.Forecast = r.unit.Float(int64(f))
		if at := d.exhausts(g, w, spent, f); at > 0 {
			a.Budget.ExhaustsAt = time.Unix(at, 0).UTC()
		}
	}
	a.Drivers = d.driversOf(g, w, spent)
	a.Fingerprint = alert.Fingerprint(r.name, a.Group, l.Basis, l.Threshold)
	a.ID = alert.ID(a.Fingerprint, l.began(w.start), l.transition(genai.AlertFiring))
	return a
}

// began is the moment that tells an alert from the one before it: the start of the period where it fires once in a period, so that the
// same crossing has the same id on every replica; else the minute in which it began to fire.
func (l *latch) began(start int64) time.Time {
	if l.Basis == basisForecast || l.Basis == basisBurn || l.Start == 0 && start != 0 {
		start = floor(l.Fired, 60)
	}
	return time.Unix(start, 0)
}

// byMinute says that the ids of an alert that was sent tell the minute, and not the period.
func (l *latch) byMinute() bool {
	a, err := alert.Decode(l.Alert)
	return err == nil && (l.Basis == basisForecast || l.Basis == basisBurn || l.Start == 0 && !a.Budget.PeriodStart.IsZero())
}

func (l *latch) transition(state string) string {
	if l.Rearmed > 0 {
		state += "-" + strconv.Itoa(l.Rearmed)
	}
	return state
}

// raise marks an alert as firing and puts it into the outbox.
func (d *decision) raise(l *latch, to state, a *alert.Alert) {
	l.Alert = a.Encode()
	d.changes = append(d.changes, l.step(to, &ledger.Alert{ID: a.ID, Body: l.Alert}, d.now)...)
}

// resolve says that an alert that fires is over. A limit of 0 is the one that it fired with.
func (d *decision) resolve(l *latch, to state, reason string, spent *int64, limit int64) {
	a, err := alert.Decode(l.Alert)
	if err != nil { // a mark of another version: it ends without a word
		l.Stage = Superseded
		d.changes = append(d.changes, l.step(to, nil, d.now)...)
		return
	}
	if limit != 0 {
		a.Budget.Limit = unitOf(a.Budget.Unit).Float(limit)
	}
	d.changes = append(d.changes, l.step(to, resolved(&a, l, reason, spent, d.now), d.now)...)
}

func resolved(a *alert.Alert, l *latch, reason string, spent *int64, now int64) *ledger.Alert {
	end := now
	if reason == reasonEnded && l.End != 0 {
		end = min(end, l.End)
	}
	a.State, a.Reason = genai.AlertResolved, reason
	a.Time, a.EndsAt = time.Unix(now, 0).UTC(), time.Unix(end, 0).UTC()
	a.ID = alert.ID(a.Fingerprint, l.idStart(a), l.transition(genai.AlertResolved))
	if spent != nil {
		u := unitOf(a.Budget.Unit)
		a.Budget.Spent = u.Float(*spent)
		a.Budget.Remaining = u.Float(u.amount(a.Budget.Limit) - *spent)
	}
	a.Budget.Forecast, a.Budget.ExhaustsAt, a.Drivers = 0, time.Time{}, nil
	a.Body = resolvedBody(a, reason)
	return &ledger.Alert{ID: a.ID, Body: a.Encode()}
}

// idStart is began of the alert as it was sent.
func (l *latch) idStart(a *alert.Alert) time.Time {
	start := l.Start
	if !a.Budget.PeriodStart.IsZero() {
		start = a.Budget.PeriodStart.Unix()
	}
	return l.began(start)
}

func unitOf(word string) Unit {
	for u, w := range unitWords {
		if w == word {
			return Unit(u) //nolint:gosec // three units
		}
	}
	return USD
}

// labels are the group as alerts have it.
func (g *group) labels() map[string]string {
	if len(g.values) == 0 && !g.overflow {
		return nil
	}
	m := map[string]string{}
	for i, v := range g.values {
		if i < len(g.rule.keys) {
			m[g.rule.keys[i].Name] = v
		} else {
			m["run"] = v
		}
	}
	return m
}

// page is where the budget is looked at.
func (o *Options) page(g *group) string {
	if o.PageURL == "" {
		return ""
	}
	q := url.Values{"budget": {g.rule.name}}
	for k, v := range g.labels() {
		q.Set("group."+k, v)
	}
	return o.PageURL + "/?" + q.Encode()
}
