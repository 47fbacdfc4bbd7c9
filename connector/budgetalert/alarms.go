package budgetalert

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// alarms say what makes the budgets blind: calls without a price, and calls that come too late or from the future. Each is said once a day.
type alarms struct {
	after    int // calls without a price before the alarm; 0 is never
	late     time.Duration
	zone     *time.Location
	instance string
	pageURL  string

	mu     sync.Mutex
	counts *bounded.Map[string, int]      // calls without a price, by mark
	raised *bounded.Map[string, struct{}] // marks that are set, so that not every batch asks the ledger
}

const (
	maxAlarms  = 10_000
	alarmsKept = 48 * time.Hour // longer than the day that they are for
)

func newAlarms(cfg *Config, zone *time.Location, instance string) *alarms {
	return &alarms{
		after: cfg.Unpriced.AlertAfterCalls, late: cfg.LateWindow, zone: zone, instance: instance, pageURL: cfg.PageURL,
		counts: bounded.New[string, int](maxAlarms, alarmsKept), raised: bounded.New[string, struct{}](maxAlarms, alarmsKept),
	}
}

// raise raises what a batch calls for. It returns when that is durable.
func (a *alarms) raise(ctx context.Context, l ledger.Ledger, b *batch) error {
	due := a.due(b)
	if len(due) == 0 {
		return nil
	}
	err := l.Change(ctx, func(ledger.View) []ledger.Change { return due })
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range due {
		a.raised.Put(due[i].Key, struct{}{}, b.now)
	}
	return nil
}

// due are the alarms of a batch that were not raised today.
func (a *alarms) due(b *batch) []ledger.Change {
	if len(b.unpriced) == 0 && b.tally.late == 0 && b.tally.future == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var due []ledger.Change
	start, end := dayOf(b.now, a.zone)
	for i := range b.unpriced {
		c := &b.unpriced[i]
		key := markOf("unpriced", start, c.provider, c.model)
		n, _ := a.counts.Get(key, b.now)
		a.counts.Put(key, n+1, b.now)
		if a.after > 0 && n+1 >= a.after && !a.known(key, b.now) && !has(due, key) {
			due = append(due, change(key, end, a.unpriced(c, n+1, start, end, b.now)))
		}
	}
	for reason, n := range map[string]int64{reasonLate: b.tally.late, reasonFuture: b.tally.future} {
		if key := markOf("late", start, reason); n > 0 && !a.known(key, b.now) {
			due = append(due, change(key, end, a.lateUsage(reason, n, start, end, b.now)))
		}
	}
	return due
}

func (a *alarms) known(key string, now time.Time) bool {
	_, ok := a.raised.Get(key, now)
	return ok
}

func has(changes []ledger.Change, key string) bool {
	for i := range changes {
		if changes[i].Key == key {
			return true
		}
	}
	return false
}

// dayOf is the day that has now.
func dayOf(now time.Time, zone *time.Location) (start, end time.Time) {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

func markOf(kind string, start time.Time, parts ...string) string {
	return "alarm/" + kind + "/" + start.Format(time.DateOnly) + "/" + strings.Join(parts, "\x00")
}

func change(key string, end time.Time, a alert.Alert) ledger.Change {
	return ledger.Change{
		Key: key, Value: []byte{1}, Expires: end.Add(alarmsKept).Unix(), IfAbsent: true,
		Alert: &ledger.Alert{ID: a.ID, Body: a.Encode()},
	}
}

// Reasons of LATE_USAGE.
const (
	reasonLate   = "late"
	reasonFuture = "future"
)

func (a *alarms) unpriced(c *unpricedCall, calls int, start, end, now time.Time) alert.Alert {
	model := c.model
	if model == "" {
		model = "a model without a name"
	}
	x := a.of(genai.AlertUnpricedUsage, map[string]string{"model": c.model, "provider": c.provider}, start, end, now)
	x.Reason, x.Value, x.Threshold, x.Unit = c.reason, float64(calls), float64(a.after), genai.UnitCalls
	x.Trace, x.Span = c.trace, c.span
	x.Body = fmt.Sprintf("calls of %s have no price (%s): no budget in USD counts them.", strings.TrimSpace(c.provider+" "+model), c.reason)
	return x
}

func (a *alarms) lateUsage(reason string, calls int64, start, end, now time.Time) alert.Alert {
	x := a.of(genai.AlertLateUsage, map[string]string{"reason": reason}, start, end, now)
	x.Reason, x.Value, x.Unit = reason, float64(calls), genai.UnitCalls
	if reason == reasonFuture {
		x.Threshold = tooEarly.Seconds()
		x.Body = fmt.Sprintf("calls end more than %v in the future: a clock is wrong; no budget counts them.", tooEarly)
	} else {
		x.Threshold = a.late.Seconds()
		x.Body = fmt.Sprintf("calls came more than %v after they ended (late_window): no budget counts them.", a.late)
	}
	return x
}

// of is an alert that ends by itself, with the day.
func (a *alarms) of(name string, group map[string]string, start, end, now time.Time) alert.Alert {
	fingerprint := alert.Fingerprint(name, group)
	return alert.Alert{
		Event: genai.EventBudgetAlert, Time: now, ID: alert.ID(fingerprint, start, genai.AlertFiring), Fingerprint: fingerprint,
		Name: name, Type: name, Severity: genai.SeverityWarning, State: genai.AlertFiring, StartsAt: now, EndsAt: end, Group: group, URL: a.pageURL,
	}
}
