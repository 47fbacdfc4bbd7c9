package budget

import (
	"fmt"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// crowded says, once in a period (of a moving one: in a day), that a budget has more groups or runs than it keeps.
func (d *decision) crowded(r *rule) {
	w := r.crowdWindow(d.now)
	if r.crowdTold == w.start {
		return
	}
	l := &latch{Rule: r.series, Series: r.series, Basis: basisGroups, Start: w.start, End: w.end, Fired: d.now}
	if d.view.Mark(l.key()) != nil {
		r.crowdTold = w.start
		return
	}
	what, most := "groups", r.most
	if r.period.Kind == Run {
		what, most = "open runs", MaxOpenRuns
	}
	a := d.notice(l, r.name, w)
	a.Type, a.Reason, a.Severity = r.alertType("WARNING"), reasonGroups, genai.SeverityWarning
	a.Value, a.Threshold, a.Unit = float64(most), float64(most), "1"
	a.Budget = alert.Budget{Name: r.name, Period: r.period.String(), PeriodStart: time.Unix(w.start, 0).UTC(), Unit: r.unit.String()}
	a.Body = fmt.Sprintf("%s has more than %s %s: the spend of those that came later is not told apart and reaches no limit of its own.",
		r.name, Calls.number(float64(most)), what)
	d.raise(l, state{stage: Firing}, &a)
}

func (r *rule) crowdWindow(now int64) window {
	if r.period.Kind.calendar() {
		return r.calendar.window(now)
	}
	return r.daily.window(now)
}

// lateUsage says, once a day, that calls were counted apart. Within decide its alert would take a kilobyte of each request's stack, which is
// eight, mostly: beyond that it is copied into a larger one, for a tenth of what a request of one call takes.
//
//go:noinline
func (d *decision) lateUsage() {
	e := d.engine
	w := e.days.window(d.now)
	if e.lateTold == w.start {
		return
	}
	l := &latch{Series: "late", Basis: basisLate, Start: w.start, End: w.end, Fired: d.now}
	if d.view.Mark(l.key()) != nil {
		e.lateTold = w.start
		return
	}
	a := d.notice(l, genai.AlertLateUsage, w)
	a.Type, a.Reason, a.Severity = genai.AlertLateUsage, reasonLate, genai.SeverityWarning
	a.Value, a.Unit = float64(d.posting.stats.Late.Calls+d.posting.stats.Future.Calls), "calls"
	a.Body = fmt.Sprintf("Calls came that ended more than %s ago or more than 10m in the future: they are counted apart and are in no budget.",
		seconds(e.late))
	d.raise(l, state{stage: Firing}, &a)
}

// notice is an alert about the budgets themselves. It fires once in a window and is over with it.
func (d *decision) notice(l *latch, name string, w window) alert.Alert {
	at := time.Unix(d.now, 0).UTC()
	fingerprint := alert.Fingerprint(name, nil, l.Basis)
	return alert.Alert{
		Event: genai.EventBudgetAlert, Time: at, StartsAt: at, EndsAt: time.Unix(w.end, 0).UTC(), Name: name, State: genai.AlertFiring,
		Fingerprint: fingerprint, ID: alert.ID(fingerprint, time.Unix(w.start, 0), genai.AlertFiring), URL: d.engine.options.PageURL,
	}
}
