package alertnotify

import (
	"cmp"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	// What a firing alert without an end may be silent for before Alertmanager takes it as resolved: intervals of a threshold, time of a
	// budget, whose gateway may be down without any money coming back.
	silentIntervals = 4
	silentBudget    = 24 * time.Hour
)

// posted is one alert as POST /api/v2/alerts takes it.
type posted struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// post is what Alertmanager is told of a row now. The start is never after the end: it would refuse that.
func (r *row) post(now time.Time, interval time.Duration) posted {
	a := &r.alert
	p := posted{
		Labels: labels(a), Annotations: annotations(a), GeneratorURL: link(a),
		StartsAt: firstTime(a.StartsAt, a.Time, r.received), EndsAt: r.endsAt(now, interval),
	}
	if p.StartsAt.After(p.EndsAt) {
		p.StartsAt = p.EndsAt
	}
	return p
}

// endsAt is explicit, so that Alertmanager's own resolve_timeout has no say.
func (r *row) endsAt(now time.Time, interval time.Duration) time.Time {
	a := &r.alert
	switch {
	case !r.ended.IsZero():
		return r.ended
	case !a.Firing():
		at := firstTime(a.EndsAt, a.Time, r.received)
		if at.After(now) {
			return now // a clock that is ahead resolves too
		}
		return at
	case !a.EndsAt.IsZero():
		return a.EndsAt
	case a.Event == genai.EventBudgetAlert:
		return now.Add(silentBudget)
	}
	return now.Add(silentIntervals * interval)
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// labels identify an alert: nothing that changes while it is open is among them.
func labels(a *alert.Alert) map[string]string {
	name := cmp.Or(a.Type, a.Name, "alert")
	l := map[string]string{"alertname": name, "severity": a.Severity, "fingerprint": a.Fingerprint}
	if a.Budget.Name != "" {
		l["budget"] = a.Budget.Name
	}
	if a.Name != "" && a.Name != name && a.Name != a.Budget.Name {
		l["rule"] = a.Name
	}
	for _, k := range sortedKeys(a.Group) {
		if a.Group[k] == "" {
			continue // a label without a value is none
		}
		label := labelName(k)
		for l[label] != "" {
			label += "_"
		}
		l[label] = a.Group[k]
	}
	return l
}

// labelName is a name that Alertmanager takes.
func labelName(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r >= '0' && r <= '9' && i > 0:
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	if b.Len() == 0 || strings.HasPrefix(b.String(), "__") {
		return "group" + b.String() // what begins so is Alertmanager's own
	}
	return b.String()
}

// annotations are all that changes, as texts.
func annotations(a *alert.Alert) map[string]string {
	b := &a.Budget
	n := map[string]string{
		"summary": sentence(a), "reason": a.Reason, "unit": a.Unit, "alert_id": a.ID,
		"value": strconv.FormatFloat(a.Value, 'f', -1, 64), "threshold": strconv.FormatFloat(a.Threshold, 'f', -1, 64),
		"drivers": strings.Join(a.Drivers, "\n"), "url": a.URL,
		"exhausts_at": timeText(b.ExhaustsAt), "resets_at": timeText(b.ResetsAt), "period": b.Period, "period_start": timeText(b.PeriodStart),
		"budget_unit": b.Unit,
	}
	if a.Trace != [16]byte{} {
		n["trace_id"] = hex.EncodeToString(a.Trace[:])
	}
	if b.Name != "" {
		n["spent"], n["limit"], n["remaining"] = number(b.Spent), number(b.Limit), number(b.Remaining)
		if b.Forecast != 0 {
			n["forecast"] = number(b.Forecast)
		}
	}
	maps.DeleteFunc(n, func(_, v string) bool { return v == "" })
	return n
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
