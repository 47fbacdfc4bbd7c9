package threshold

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// Restore goes on with what the ledger knows of the process before. Alerts of rules that are gone, or that watch something else now under
// the same name, end.
func (e *Evaluator) Restore(ctx context.Context, now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	var alive int64
	found := map[string][]byte{}
	err := e.ledger.Marks(ctx, markPrefix, func(key string, value []byte) {
		if key == markAlive {
			alive, _ = strconv.ParseInt(string(value), 10, 64)
			return
		}
		found[key] = bytes.Clone(value)
	})
	if err != nil {
		return fmt.Errorf("thresholds: reading their state: %w", err)
	}
	t := e.turn(now)
	for key, value := range found {
		r, err := decode(value)
		if err != nil {
			e.stats.BadMarks++
			e.options.Say(err.Error() + "; the series begins anew")
			t.extra = append(t.extra, ledger.Change{Key: key, Local: true})
			continue
		}
		t.restore(key, &r, alive)
	}
	return t.commit(ctx)
}

// restore takes one series up, or plans its end.
func (t *turn) restore(key string, r *record, alive int64) {
	e := t.e
	s := &series{rule: e.byName[r.Rule], kind: r.Kind, key: key, labels: r.Labels, value: r.Value}
	why := RuleRemoved
	if s.rule != nil && s.rule.define != r.Definition {
		why = RuleChanged
	}
	gone := s.rule == nil || why == RuleChanged
	if gone {
		s.rule = r.rule()
	}
	s.id = subjectOf(s.labels) + pair(s.rule.Name, string(rune('0'+s.kind)))
	if !gone && e.busy[s.id] != nil { // two marks of one series: nobody writes that
		e.stats.BadMarks++
		t.extra = append(t.extra, ledger.Change{Key: key, Local: true})
		return
	}
	s.state = r.state(alive, t.now, s.timing().Spans)
	s.rule.active += opens(s.kind, &s.state)
	if s.rule.unit == "" {
		s.rule.unit = r.Unit
	}
	if isMarked(s.timing(), &s.state) {
		e.marks++
	} else { // it was watched for silence, which nobody asks for any more
		t.extra = append(t.extra, ledger.Change{Key: key, Local: true})
	}
	if !gone {
		e.follow(s, false)
	} else if p := t.step(s, Removed, s.value); p != nil {
		p.event.because(why)
	}
}

func (e *Event) because(why Reason) {
	if e.Why != "" {
		e.Why = why
	}
	if e.LackWhy != "" {
		e.LackWhy = why
	}
}

// rule stands in for one that is gone.
func (r *record) rule() *rule {
	c := withDefaults(Config{Name: r.Rule, Metric: r.Metric, Above: &r.Limit, Unit: r.Unit})
	c.Severity = r.Severity
	return &rule{Config: c, define: r.Definition, timing: Timing{Spans: r.Kind == spanSeries}}
}
