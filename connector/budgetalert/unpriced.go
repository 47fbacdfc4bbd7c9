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
	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// alarms say what makes the budgets in USD blind: calls without a price. Each model is said once a day, and no more than maxUnpriced of
// them: senders choose the names of models.
type alarms struct {
	after   int // calls without a price before the alarm; 0 is never
	zone    *time.Location
	pageURL string

	mu          sync.Mutex
	counts      *bounded.Map[string, int]      // calls without a price, by mark
	raised      *bounded.Map[string, struct{}] // marks that are set, so that not every batch asks the ledger
	day         time.Time                      // of which raisedToday is
	raisedToday int
}

const (
	maxUnpriced = 100 // models on one day; then one alert for all others
	maxAlarms   = 10_000
	alarmsKept  = 48 * time.Hour // longer than the day that they are for
)

func newAlarms(cfg *Config, zone *time.Location) *alarms {
	return &alarms{
		after: cfg.Unpriced.AlertAfterCalls, zone: zone, pageURL: cfg.PageURL,
		counts: bounded.New[string, int](maxAlarms, alarmsKept), raised: bounded.New[string, struct{}](maxAlarms, alarmsKept),
	}
}

// restore reads what was raised today before this process began.
func (a *alarms) restore(ctx context.Context, l ledger.Ledger, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.day, _ = dayOf(now, a.zone)
	return l.Marks(ctx, markOf("unpriced", a.day), func(key string, _ []byte) { a.remember(key, now) })
}

// remember keeps that a mark is set.
func (a *alarms) remember(key string, now time.Time) {
	if strings.HasPrefix(key, markOf("unpriced", a.day)) && !a.known(key, now) {
		a.raisedToday++
	}
	a.raised.Put(strings.Clone(key), struct{}{}, now)
}

// raise raises what a batch calls for. It returns when that is durable.
func (a *alarms) raise(ctx context.Context, l ledger.Ledger, b *spending) error {
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
		a.remember(due[i].Key, b.now)
	}
	return nil
}

// due are the alarms of a batch that were not raised today.
func (a *alarms) due(b *spending) []ledger.Change {
	if len(b.unpriced) == 0 || a.after == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	start, end := dayOf(b.now, a.zone)
	if !start.Equal(a.day) {
		a.day, a.raisedToday = start, 0
	}
	var due []ledger.Change
	for i := range b.unpriced {
		c := &b.unpriced[i]
		key := markOf("unpriced", start, c.provider, c.model)
		n, _ := a.counts.Get(key, b.now)
		a.counts.Put(key, n+1, b.now)
		if n+1 < a.after || a.known(key, b.now) || has(due, key) {
			continue
		}
		if a.raisedToday+len(due) < maxUnpriced {
			due = append(due, change(key, end, a.unpriced(c, n+1, start, end, b.now)))
		} else if rest := markOf("unpriced-rest", start); !a.known(rest, b.now) {
			return append(due, change(rest, end, a.unpricedRest(c, start, end, b.now)))
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
	return midnight.Of(zone, y, m, d), midnight.Of(zone, y, m, d+1)
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

// unpricedRest is the alarm about all models that came after maxUnpriced of them.
func (a *alarms) unpricedRest(c *unpricedCall, start, end, now time.Time) alert.Alert {
	x := a.of(genai.AlertUnpricedUsage, nil, start, end, now)
	x.Reason, x.Value, x.Threshold, x.Unit = reasonManyModels, maxUnpriced, maxUnpriced, "1"
	x.Trace, x.Span = c.trace, c.span
	x.Body = fmt.Sprintf("calls of more than %d models have no price today: no budget in USD counts them, and further models are not told apart.", maxUnpriced)
	return x
}

const reasonManyModels = "too_many_models"

// of is an alert that ends by itself, with the day.
func (a *alarms) of(name string, group map[string]string, start, end, now time.Time) alert.Alert {
	fingerprint := alert.Fingerprint(name, group)
	return alert.Alert{
		Event: genai.EventBudgetAlert, Time: now, ID: alert.ID(fingerprint, start, genai.AlertFiring), Fingerprint: fingerprint,
		Name: name, Type: name, Severity: genai.SeverityWarning, State: genai.AlertFiring, StartsAt: now, EndsAt: end, Group: group, URL: a.pageURL,
	}
}
