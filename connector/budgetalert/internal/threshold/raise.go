package threshold

import (
	"strconv"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Reasons of alerts that fire, beside NoDataReason and TooManyAlerts. One that is told again has Repeated.
const (
	AboveReason    = "above"
	BelowReason    = "below"
	SlowSpanReason = "slow_span"
	Repeated       = "repeated"
)

// alerts are those that a plan tells.
func (t *turn) alerts(p *plan) []alert.Alert {
	var all []alert.Alert
	if p.event.Limit != None {
		open := p.next.Alert
		if p.event.Limit == Resolves {
			open = p.s.state.Alert
		}
		all = append(all, t.alert(p, open, p.event.Limit, p.event.Why, p.s.fingerprint(), t.limitSentence(p)))
	}
	if p.event.Lack != None {
		open := p.next.Lack
		if p.event.Lack == Resolves {
			open = p.s.state.Lack
		}
		a := t.alert(p, open, p.event.Lack, p.event.LackWhy, p.s.fingerprint(string(NoDataReason)), t.lackSentence(p))
		if p.event.Lack == Fires {
			a.Reason = string(NoDataReason)
		}
		all = append(all, a)
	}
	return all
}

func (t *turn) alert(p *plan, open Open, tr Transition, why Reason, fingerprint, body string) alert.Alert {
	s, r := p.s, p.s.rule
	start := time.Unix(0, open.Started).UTC()
	now := time.Unix(0, t.now.Wall).UTC()
	a := alert.Alert{
		Event: genai.EventThresholdAlert, Time: now, Body: body, Name: r.Name, Type: r.Name, Severity: r.Severity,
		State: genai.AlertFiring, Reason: s.reason(), Fingerprint: fingerprint, Value: p.value, Threshold: r.limit(), Unit: r.shownUnit(), Metric: r.Metric,
		StartsAt: start, Group: s.labels, URL: t.e.options.URL,
	}
	if s.kind == crowdSeries {
		a.Threshold, a.Unit, a.Metric = float64(r.MaxActive), "{alert}", ""
	}
	transition := genai.AlertFiring
	switch tr {
	case Repeats:
		a.Reason = Repeated
		transition = "repeat-" + strconv.Itoa(open.Repeats)
	case Resolves:
		a.State, a.Reason, a.EndsAt = genai.AlertResolved, string(why), now
		if now.Before(start) { // the clock was set back: who gets it refuses an end before the beginning
			a.EndsAt = start
		}
		transition = genai.AlertResolved
	}
	if s.kind == spanSeries {
		a.Trace, a.Span = p.slow.trace, p.slow.span
	}
	// The id's time has seconds; two alerts of one series may begin within one.
	a.ID = alert.ID(fingerprint, start, transition+"."+strconv.Itoa(start.Nanosecond()))
	return a
}

func (s *series) reason() string {
	switch {
	case s.kind == crowdSeries:
		return string(TooManyAlerts)
	case s.kind == spanSeries:
		return SlowSpanReason
	case s.rule.Below != nil:
		return BelowReason
	}
	return AboveReason
}
