package budget

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// sweep looks at everything: alerts that may be over, and groups that may have reached a threshold that no Record has seen, because the
// gateway was killed in between or because of another limit. It reads without a commit and commits only what is to do.
func (e *Engine) sweep(ctx context.Context, now int64) error {
	e.mu.Lock()
	rules := e.rules
	windows := make([]window, len(rules))
	for i, r := range rules {
		windows[i] = r.current(now)
	}
	e.mu.Unlock()

	scans := make([]map[string]*figures, len(rules))
	for i, r := range rules {
		var err error
		if scans[i], err = e.scan(ctx, r, windows[i], now); err != nil {
			return err
		}
		if err = e.scanRows(ctx, r, scans[i]); err != nil {
			return err
		}
	}
	latches, err := e.latches(ctx)
	if err != nil {
		return err
	}

	doubt := e.ledger.Stats().Doubt
	e.mu.Lock()
	s := e.survey(rules, windows, scans, latches, now, doubt)
	e.mu.Unlock()
	if !s.work() {
		return nil
	}
	err = e.ledger.Change(ctx, func(v ledger.View) []ledger.Change {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.act(v, s)
	})
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, r := range rules {
		r.limitsSaid = s.texts[i]
	}
	return nil
}

// read is a mark that was decoded: few of them change from one sweep to the next.
type read struct {
	value string
	latch *latch
}

// latches are the alerts that are not over, by the key of their mark. They are not to be changed.
func (e *Engine) latches(ctx context.Context) (map[string]*latch, error) {
	latches, marks := map[string]*latch{}, map[string]read{}
	err := e.ledger.Marks(ctx, latchPrefix, func(key string, value []byte) {
		if len(value) > 0 && value[0] == '0'+byte(Closed) {
			return
		}
		one := e.read[key]
		if one.value != string(value) {
			one = read{string(value), decodeLatch(value)}
		}
		if one.latch != nil {
			latches[key], marks[key] = one.latch, one
		}
	})
	e.read = marks
	return latches, err
}

// survey is what a sweep found and must look at again inside a commit.
type survey struct {
	now      int64
	doubt    bool // perhaps it is another time
	rules    []*rule
	limits   []bool   // by rule: other limits than last time, perhaps
	texts    []string // by rule: limitsText
	reached  []reached
	latches  []string // keys, in order
	rates    []reached
	minutes  map[*group][]int64 // of blocks
	bySeries map[string]reached
}

type reached struct {
	found
	window window
	rule   int
}

func (s *survey) work() bool {
	return len(s.reached)+len(s.latches)+len(s.rates) > 0 || slices.Contains(s.limits, true)
}

// survey keeps what may need a change. The lock is held.
func (e *Engine) survey(rules []*rule, windows []window, scans []map[string]*figures, latches map[string]*latch, now int64, doubt bool) *survey {
	s := &survey{
		now: now, doubt: doubt, rules: rules, limits: make([]bool, len(rules)), texts: make([]string, len(rules)),
		bySeries: map[string]reached{}, minutes: map[*group][]int64{},
	}
	for i, r := range rules {
		s.texts[i] = r.limitsText(now)
		s.limits[i] = s.texts[i] != r.limitsSaid
		groups := r.groupsOf(scans[i], now)
		if r.rowSeries != "" {
			r.takeRows(groups)
		}
		for _, f := range groups {
			s.group(reached{f, windows[i], i}, latches)
		}
		if r.period.Kind != Run || !doubt {
			r.idleGroups(scans[i], now)
		}
	}
	for key, l := range latches {
		if s.over(l) {
			s.latches = append(s.latches, key)
		}
	}
	slices.Sort(s.latches)
	return s
}

// group keeps a group that may have reached something.
func (s *survey) group(one reached, latches map[string]*latch) {
	g := one.group
	s.bySeries[g.series] = one
	if g.overflow {
		return
	}
	switch kind := g.rule.period.Kind; {
	case kind == Block:
		s.blockMinutes(one.found)
		s.reached = append(s.reached, one)
	case one.spent < g.lowest, kind == Run && g.run.ended:
	case s.limits[one.rule] || !one.settled(latches):
		s.reached = append(s.reached, one)
	}
	if s.moving(one, latches) {
		s.rates = append(s.rates, one)
	}
}

// settled says that all thresholds that a group has reached have a mark: there is nothing to fire.
func (one *reached) settled(latches map[string]*latch) bool {
	g := one.group
	r := g.rule
	for i := range r.thresholds {
		t := &r.thresholds[i]
		if one.spent < part(g.limit, t.millionths) {
			break
		}
		if latches[latchKey(g.series, r.latchStart(one.window), basisActual, t.text)] == nil {
			return false
		}
	}
	return true
}

func (s *survey) blockMinutes(f found) {
	for _, m := range f.minutes {
		if m.at <= s.now+maxAhead {
			s.minutes[f.group] = append(s.minutes[f.group], m.at)
		}
	}
	slices.Sort(s.minutes[f.group])
}

// over says whether an alert may have to move on. It is looked at again inside the commit.
func (s *survey) over(l *latch) bool {
	in, _, _ := s.input(l)
	next, event := machineOf(l, s.ruleOf(l)).next(l.state(), in, s.now)
	return event != Nothing || next != l.state()
}

func (s *survey) ruleOf(l *latch) *rule {
	for _, r := range s.rules {
		if r.series == l.Rule {
			return r
		}
	}
	return nil
}

func machineOf(l *latch, r *rule) machine {
	switch {
	case l.Basis == basisForecast || l.Basis == basisBurn:
		return holding
	case r != nil && l.Basis == basisActual:
		return r.machine()
	}
	return latching
}

// input is what the scan says about an alert: what it means to its machine, the reason for people, and what was spent. Where it may be another
// time nothing ends but what was removed.
func (s *survey) input(l *latch) (in Input, reason string, spent *int64) {
	if in, reason, spent = s.timely(l); s.doubt && reason != reasonRemoved {
		return Near, "", spent
	}
	return in, reason, spent
}

func (s *survey) timely(l *latch) (in Input, reason string, spent *int64) {
	r := s.ruleOf(l)
	one, ok := s.bySeries[l.Series]
	if ok && (l.End == 0 || one.window.start == l.Start) {
		spent = &one.spent
	}
	switch {
	case l.Rule != "" && r == nil:
		return Ended, reasonRemoved, nil
	case l.End != 0 && s.now >= l.End:
		return Ended, reasonEnded, spent
	case r == nil, l.Basis == basisGroups, l.Basis == basisLate:
		return Reached, "", nil
	case r.period.Kind == Run:
		if g := r.peek(l.Series); g == nil || g.run.ended {
			return Ended, reasonRunEnded, nil
		}
	}
	if l.Basis != basisActual {
		return s.rateInput(l, r, one, ok), reasonBelow, spent
	}
	in, reason = s.actualInput(l, r, one, ok)
	return in, reason, spent
}

// actualInput is the input of an alert of the actual spend, in a period that goes on.
func (s *survey) actualInput(l *latch, r *rule, one reached, ok bool) (in Input, reason string) {
	t := r.thresholdOf(l.Threshold)
	switch {
	case t == nil:
		return Released, reasonLimit
	case !ok && r.period.Kind == Rolling:
		return Below, reasonBelow
	case !ok:
		return Reached, ""
	}
	amount := part(one.group.limit, t.millionths)
	if r.period.Kind == Rolling {
		if l.Limit != one.group.limit && level(float64(one.spent), float64(part(l.Limit, t.millionths))) != Below {
			reason = reasonLimit
		}
		return level(float64(one.spent), float64(amount)), firstOf(reason, reasonBelow)
	}
	if l.Limit != one.group.limit && one.spent < amount && r.period.Kind != Block {
		return Released, reasonLimit
	}
	return Reached, ""
}

// otherLimit is the limit that ended an alert; 0 where something else did.
func (s *survey) otherLimit(l *latch, reason string) int64 {
	if one, ok := s.bySeries[l.Series]; ok && reason == reasonLimit {
		return one.group.limit
	}
	return 0
}

// peek finds the group of a series without making one.
func (r *rule) peek(series string) *group {
	text := strings.TrimPrefix(series, r.series+"s|")
	if len(r.keys) == 0 && r.period.Kind != Run {
		return r.all
	}
	g, _ := r.lookup(splitText(text))
	return g
}

func (r *rule) thresholdOf(text string) *threshold {
	for i := range r.thresholds {
		if r.thresholds[i].text == text {
			return &r.thresholds[i]
		}
	}
	return nil
}

// limitsText is another one when a limit or a threshold is.
func (r *rule) limitsText(now int64) string {
	var b strings.Builder
	b.WriteString(strconv.FormatInt(r.limit, 10))
	for _, group := range slices.Sorted(keys(r.limits)) {
		b.WriteString("|" + group + "=" + strconv.FormatInt(r.limits[group], 10))
	}
	for i := range r.overrides {
		if o := &r.overrides[i]; now < o.until {
			b.WriteString("|until " + strconv.FormatInt(o.until, 10))
			for _, v := range o.values {
				if v != nil {
					b.WriteString(" " + strconv.Quote(*v))
				}
			}
			b.WriteString("=" + strconv.FormatInt(o.limit, 10))
		}
	}
	for _, t := range r.thresholds {
		b.WriteString("|" + t.text)
	}
	return b.String()
}
