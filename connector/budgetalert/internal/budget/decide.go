package budget

import (
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// decision is one look at the ledger, inside its commit. The engine's lock is held.
type decision struct {
	engine  *Engine
	view    ledger.View
	now     int64
	posting *posting // nil: no calls came
	reason  string   // of what fires without a call: "" is reasonThreshold

	changes []ledger.Change
	latched []latched
	rearmed map[string][]byte // by this decision, as their marks will have it
	drivers int               // how many alerts have looked for theirs
}

// decide finds the thresholds that the posting has reached.
func (e *Engine) decide(v ledger.View, b *posting) []ledger.Change {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := decision{engine: e, view: v, now: b.now, posting: b}
	for i := range b.touches {
		t := &b.touches[i]
		d.touched(t.group, t.window)
	}
	for _, r := range b.overflow {
		d.crowded(r)
	}
	if b.late {
		d.lateUsage()
	}
	b.latched = d.latched
	return d.changes
}

func (d *decision) touched(g *group, w window) {
	r := g.rule
	g.refresh(d.now)
	var sum int64
	switch r.period.Kind {
	case Rolling:
		w = r.rolling(d.now)
		sum = d.view.Sum(g.series, w.start, w.end)
	case Block:
		w, sum = d.block(g, d.minutesOf(g))
	case Run:
		if d.now-g.seen > r.idle {
			return
		}
		sum = d.view.Sum(g.series, g.run.from, forever.end)
	default:
		sum = d.view.Sum(g.series, w.start, w.start+1)
	}
	d.thresholds(g, w, sum)
}

// rolling is the window of a rolling budget: the minute under way and those before it.
func (r *rule) rolling(now int64) window {
	end := floor(now, 60) + 60
	return window{end - r.length, end}
}

// thresholds fires the highest threshold that is reached for the first time. Nothing fires for a period that is over or still to come.
func (d *decision) thresholds(g *group, w window, sum int64) {
	r := g.rule
	if sum < g.lowest || d.now >= w.end || r.period.Kind.calendar() && d.now < w.start {
		return
	}
	start := r.latchStart(w)
	reached := 0
	for reached < len(r.thresholds) && sum >= part(g.limit, r.thresholds[reached].millionths) {
		reached++
	}
	if r.period.Kind != Rolling && g.known.start == start && g.known.level >= reached {
		return
	}
	for i := reached - 1; i >= 0; i-- {
		t := &r.thresholds[i]
		if d.view.Mark(latchKey(g.series, start, basisActual, t.text)) != nil {
			continue
		}
		in := Reached
		if i < reached-1 {
			in = Overtaken
		}
		l := d.newLatch(g, w, basisActual, t.text)
		if d.endedElsewhere(r, l) {
			continue
		}
		next, event := r.machine().next(state{}, in, d.now)
		if event == Fire {
			d.fire(g, w, l, next, t, sum)
			continue
		}
		d.changes = append(d.changes, l.step(next, nil, d.now)...)
	}
	d.latched = append(d.latched, latched{g, start, reached})
}

// machine is how the actual spend of a budget alerts.
func (r *rule) machine() machine {
	if r.period.Kind == Rolling {
		return rearming
	}
	return latching
}

// latchStart is the period as the name of a latch has it.
func (r *rule) latchStart(w window) int64 {
	if r.period.Kind == Rolling || r.period.Kind == Run {
		return 0
	}
	return w.start
}

func (d *decision) newLatch(g *group, w window, basis, threshold string) *latch {
	r := g.rule
	l := &latch{Rule: r.series, Series: g.series, Basis: basis, Threshold: threshold, Start: r.latchStart(w), Fired: d.now, Limit: g.limit}
	if r.period.Kind.calendar() || r.period.Kind == Block {
		l.End = w.end
	}
	times, now := d.rearmed[l.armKey()]
	if !now {
		times = d.view.Mark(l.armKey())
	}
	l.Rearmed, _ = strconv.Atoi(string(times))
	return l
}

// fire says that a threshold of the actual spend is reached.
func (d *decision) fire(g *group, w window, l *latch, to state, t *threshold, sum int64) {
	a := d.firing(g, w, l, sum)
	limit := g.rule.unit.Float(part(g.limit, t.millionths))
	a.Value, a.Threshold, a.Unit = g.rule.unit.Float(sum), limit, g.rule.unit.String()
	a.Type = g.rule.alertType(warningOrExceeded(sum >= g.limit)) // whichever threshold it is that says so
	a.Severity = severity(sum >= g.limit)
	a.Body = d.actualBody(g, w, &a, sum)
	a.Trace, a.Span = d.culprit(g, w, sum, part(g.limit, t.millionths))
	d.raise(l, to, &a)
}

func warningOrExceeded(exceeded bool) string {
	if exceeded {
		return "EXCEEDED"
	}
	return "WARNING"
}

// culprit is the call of the posting that reached the amount.
func (d *decision) culprit(g *group, w window, sum, amount int64) (trace [16]byte, span [8]byte) {
	if d.posting == nil {
		return trace, span
	}
	each := func(visit func(i int, amount int64)) {
		for _, at := range d.posting.of(g.series) {
			a := &d.posting.calls[at.call].Adds[at.add]
			if d.view.Fresh(at.call) && (w.has(a.Slot) || g.rule.period.Kind == Run || g.rule.period.Kind == Block) {
				visit(at.call, a.Amount)
			}
		}
	}
	before := sum
	each(func(_ int, n int64) { before -= n })
	found := false
	each(func(i int, n int64) {
		before = add(before, n)
		if before >= amount && !found {
			found = true
			trace, span = d.posting.spends[i].Trace, d.posting.spends[i].Span
		}
	})
	return trace, span
}
