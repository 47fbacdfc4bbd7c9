package budget

import (
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// act does what a survey found, where the ledger still says so. The lock is held.
func (e *Engine) act(v ledger.View, s *survey) []ledger.Change {
	d := decision{engine: e, view: v, now: s.now}
	for _, key := range s.latches {
		if l := decodeLatch(v.Mark(key)); l != nil {
			d.review(s, l)
		}
	}
	for i, r := range s.rules {
		s.limits[i] = s.limits[i] && d.limits(r, s.now)
	}
	for i := range s.reached {
		one := &s.reached[i]
		d.reason = ""
		if s.limits[one.rule] {
			d.reason = reasonLimit
		}
		d.again(s, one)
	}
	d.reason = ""
	for i := range s.rates {
		d.rates(&s.rates[i])
	}
	return d.changes
}

// limits remembers what the limits are, and says whether they were others.
func (d *decision) limits(r *rule, now int64) bool {
	text := r.limitsText(now)
	old := d.view.Mark(limitsPrefix + r.series)
	other, _ := readLimits(old)
	if other == text || d.outdated(r.series, text) {
		return false
	}
	d.changes = append(d.changes, ledger.Change{Key: limitsPrefix + r.series, Value: limitsMark(text, d.engine.since)})
	return old != nil && other != removedText
}

// review moves one alert on.
func (d *decision) review(s *survey, l *latch) {
	d.reread(s, l)
	in, reason, spent := s.input(l)
	next, event := machineOf(l, s.ruleOf(l)).next(l.state(), in, s.now)
	if event == Nothing && next == l.state() || d.left(l, s.ruleOf(l), in, reason) {
		return
	}
	if in == Released {
		if one, ok := s.bySeries[l.Series]; ok {
			one.group.known.level = 0
		}
	}
	if in == Ended && reason != reasonEnded { // it is not the period that ended: the next run, or the budget when it is back, may fire
		next = state{}
	}
	if event == Resolve && (in == Released || reason == reasonRemoved) {
		d.rearm(l)
	}
	if event == Resolve {
		if sum := d.whole(l, s.ruleOf(l), reason); sum > 0 {
			spent = &sum
		}
		d.removed(l, reason)
		d.resolve(l, next, reason, spent, s.otherLimit(l, reason))
		return
	}
	d.changes = append(d.changes, l.step(next, nil, s.now)...)
}

// rearm counts that an alert ended because of a change of the configuration: it may fire again at once.
func (d *decision) rearm(l *latch) {
	key, times := l.armKey(), []byte(strconv.Itoa(l.Rearmed+1))
	expires := l.expires(Firing, d.now)
	if l.byMinute() {
		expires = d.now + keptDone
	}
	if d.rearmed == nil {
		d.rearmed = map[string][]byte{}
	}
	d.rearmed[key] = times
	d.changes = append(d.changes, ledger.Change{Key: key, Value: times, Expires: expires})
}

// whole is what was spent in a period that has ended; 0 where it cannot be told.
func (d *decision) whole(l *latch, r *rule, reason string) int64 {
	if reason != reasonEnded || r == nil || !r.period.Kind.calendar() || l.Basis == basisGroups {
		return 0
	}
	return d.view.Sum(l.Series, l.Start, l.Start+1)
}

// reread looks inside the commit at what was spent: calls may have come since the scan.
func (d *decision) reread(s *survey, l *latch) {
	one, ok := s.bySeries[l.Series]
	if !ok {
		r := s.ruleOf(l)
		if r == nil || r.period.Kind != Rolling {
			return
		}
		one = reached{found{r.ofText(strings.TrimPrefix(l.Series, r.series+"s|")), &figures{}}, r.rolling(s.now), 0}
		one.group.refresh(s.now)
		s.bySeries[l.Series] = one
	}
	switch kind := one.group.rule.period.Kind; {
	case kind == Rolling:
		one.spent = d.view.Sum(l.Series, one.window.start, one.window.end)
	case kind.calendar(), kind == Lifetime:
		one.spent = d.view.Sum(l.Series, one.window.start, one.window.start+1)
	}
}

// again looks at the thresholds of a group without a call.
func (d *decision) again(s *survey, one *reached) {
	g := one.group
	g.known.level = 0
	switch g.rule.period.Kind {
	case Block:
		w, sum := d.block(g, s.minutes[g])
		d.thresholds(g, w, sum)
	case Run:
		if !g.run.ended && d.now-g.seen <= g.rule.idle {
			d.thresholds(g, window{g.run.start, forever.end}, d.view.Sum(g.series, g.run.from, forever.end))
		}
	case Rolling:
		d.thresholds(g, one.window, d.view.Sum(g.series, one.window.start, one.window.end))
	default:
		d.thresholds(g, one.window, d.view.Sum(g.series, one.window.start, one.window.start+1))
	}
}
