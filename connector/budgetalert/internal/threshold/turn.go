package threshold

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// turn is one call's steps: first all are planned, then the ledger writes what they tell, then they are true. What the ledger did not
// write has not happened.
type turn struct {
	e       *Evaluator
	now     Instant
	plans   []*plan
	of      map[*series]*plan
	opening map[*rule]int // alerts that the plans open, less those that they end
	growing int           // series that become busy
	extra   []ledger.Change
	noted   map[noteKey]slow
}

type plan struct {
	s       *series
	in      Reading
	next    State
	event   Event
	value   float64
	slow    slow
	note    *noteKey
	changes []ledger.Change
	refused bool // the outbox has no room for its alerts
}

func (e *Evaluator) turn(now time.Time) *turn {
	return &turn{e: e, now: e.clock.at(now), of: map[*series]*plan{}, opening: map[*rule]int{}}
}

func (t *turn) has(s *series) bool { return t.of[s] != nil }

// step plans one step; nil if the series would be one too many.
func (t *turn) step(s *series, in Reading, value float64) *plan {
	if s.kind != crowdSeries && in == Occurred && s.state.Phase == Firing {
		value = max(value, s.value)
	}
	p := &plan{s: s, in: in, value: finite(value), slow: s.slow}
	full := s.kind != crowdSeries && s.rule.active+t.opening[s.rule] >= s.rule.MaxActive
	p.next, p.event = Step(s.timing(), s.state, Input{Reading: in, Full: full}, t.now)
	was, is := isBusy(s.timing(), &s.state), isBusy(s.timing(), &p.next)
	if is && !was {
		if s.kind != crowdSeries && len(t.e.busy)+t.growing >= t.e.options.MaxSeries {
			t.e.stats.TooManySeries++
			return nil
		}
		t.growing++
	}
	t.opening[s.rule] += opens(s.kind, &p.next) - opens(s.kind, &s.state)
	t.plans = append(t.plans, p)
	t.of[s] = p
	return p
}

// opens is how many alerts of a rule a state stands for.
func opens(k kind, s *State) int {
	n := 0
	if k == crowdSeries {
		return n
	}
	if s.Phase == Firing || s.Phase == Recovering {
		n++
	}
	if s.Lack.Started != 0 {
		n++
	}
	return n
}

// occurred plans what slow spans raise.
func (t *turn) occurred() {
	t.noted = t.e.spans.take()
	keys := make([]noteKey, 0, len(t.noted))
	for k := range t.noted {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b noteKey) int {
		return cmp.Or(cmp.Compare(a.rule.Name, b.rule.Name), cmp.Compare(a.service, b.service), cmp.Compare(a.name, b.name))
	})
	for _, k := range keys {
		n, labels := t.noted[k], k.labels()
		subject := subjectOf(labels)
		s := t.e.find(spanSeries, k.rule, subject)
		if s == nil {
			s = t.e.newSeries(spanSeries, k.rule, subject, labels)
		}
		if p := t.step(s, Occurred, n.took.Seconds()); p != nil {
			p.slow, p.note = n, &k
		}
	}
}

// crowds plans the alerts about too many alerts.
func (t *turn) crowds() {
	held := map[*rule]bool{}
	for _, p := range t.plans {
		if p.event.Held {
			t.e.stats.Held++
			held[p.s.rule] = true
		}
	}
	for _, r := range t.e.rules {
		if !held[r] {
			continue
		}
		s := t.e.find(crowdSeries, r, 0)
		if s == nil {
			s = t.e.newSeries(crowdSeries, r, 0, nil)
		}
		if p := t.of[s]; p != nil { // a tick has planned that time passed
			t.plans = slices.DeleteFunc(t.plans, func(q *plan) bool { return q == p })
		}
		t.step(s, Occurred, float64(r.MaxActive))
	}
}

// beat writes now and then that the process is alive, so that the next one knows how long it was not.
func (t *turn) beat() {
	if t.e.marks == 0 || t.now.Run-t.e.beat < heartbeat {
		return
	}
	t.e.beat = t.now.Run
	t.extra = append(t.extra, ledger.Change{Key: markAlive, Value: strconv.AppendInt(nil, t.now.Wall, 10), Local: true})
}

// commit writes what the plans tell and then makes them true. Of those that the ledger did not take only what tells nothing is true.
func (t *turn) commit(ctx context.Context) error {
	t.crowds()
	some := len(t.extra) > 0
	slices.SortStableFunc(t.plans, func(a, b *plan) int { return cmp.Compare(a.s.key, b.s.key) })
	for _, p := range t.plans {
		p.changes = t.changes(p)
		some = some || len(p.changes) > 0
	}
	var err error
	if some {
		err = t.e.ledger.Change(ctx, t.fitting)
	}
	for _, p := range t.plans {
		switch {
		case err == nil && !p.refused || len(p.changes) == 0:
			t.e.apply(p)
		case p.note != nil:
			t.e.spans.put(*p.note, p.slow)
		}
	}
	if err != nil {
		t.e.stats.LedgerErrors++
		return fmt.Errorf("thresholds: what happened is not in the ledger and is looked at again: %w", err)
	}
	return nil
}

// fitting is what the ledger is to write: of plans whose alerts find no room nothing, so that they are made again.
func (t *turn) fitting(v ledger.View) []ledger.Change {
	changes, taken := slices.Clone(t.extra), 0
	for _, p := range t.plans {
		alerts := 0
		for i := range p.changes {
			if p.changes[i].Alert != nil {
				alerts++
			}
		}
		if p.refused = alerts > 0 && !v.Room(taken, alerts); !p.refused {
			taken += alerts
			changes = append(changes, p.changes...)
		}
	}
	return changes
}

// changes are what the ledger must know of a plan.
func (t *turn) changes(p *plan) []ledger.Change {
	s, timing := p.s, p.s.timing()
	marked := isMarked(timing, &p.next)
	if p.event.Limit == None && p.event.Lack == None && marked == isMarked(timing, &s.state) &&
		(!marked || s.state.Phase == p.next.Phase && s.state.Gone == p.next.Gone && s.state.Quiet == p.next.Quiet && s.state.Over == p.next.Over) {
		return nil
	}
	c := ledger.Change{Key: s.key, Local: true}
	if marked {
		c.Value = encode(s, p.next, p.value, t.now)
	}
	alerts := t.alerts(p)
	if len(alerts) == 0 {
		return []ledger.Change{c}
	}
	var all []ledger.Change
	for _, a := range alerts {
		c.Alert = &ledger.Alert{ID: a.ID, Body: a.Encode()}
		all = append(all, c)
	}
	return all
}

// apply makes a plan true.
func (e *Evaluator) apply(p *plan) {
	s, timing := p.s, p.s.timing()
	s.rule.active += opens(s.kind, &p.next) - opens(s.kind, &s.state)
	e.marks += count(isMarked(timing, &p.next)) - count(isMarked(timing, &s.state))
	for _, tr := range []Transition{p.event.Limit, p.event.Lack} {
		switch tr {
		case Fires:
			e.stats.Fired++
		case Repeats:
			e.stats.Repeated++
		case Resolves:
			e.stats.Ended++
		}
	}
	s.state, s.value, s.slow = p.next, p.value, p.slow
	e.follow(s, p.in == Ended || p.in == Removed)
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
