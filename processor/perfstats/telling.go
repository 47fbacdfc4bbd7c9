package perfstats

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// mark is how far a gauge of a set is.
type mark uint8

const (
	untold mark = iota
	standing
	ending // told that it ended, which has not arrived yet
)

// telling is what was told of a set.
type telling struct {
	gauges []gauge
	dims   []string // pairs
	marks  []mark   // of each gauge
	moved  bool     // since it was told last
	at     time.Time
}

func newTelling(gauges []gauge, d dims) telling {
	return telling{gauges: gauges, dims: d.pairs(), marks: make([]mark, len(gauges))}
}

// writeGauges writes the gauges of the sets that moved since they were told last and, if rest is true, of those that were not told for an
// interval. It says how many points that were; arrived must be told what became of them.
func (e *engine) writeGauges(sm pmetric.ScopeMetrics, wall time.Time, rest bool) int {
	now := e.now(wall)
	at := e.ofGauges(wall)
	to := newGaugeWriter(sm, at)
	e.moved = false
	enough := e.cfg.Interval - e.cfg.Interval/50 // ticks are not that even
	due := func(t *telling) bool { return t.moved || rest && now.Sub(t.at) >= enough }
	for _, store := range e.groups.stores() {
		for k, g := range store.All() {
			if !due(&g.telling) {
				continue
			}
			e.sum.add(&g.ring, &g.seen, e.clock.epoch(now), e.cfg.Health.Unhealthy.ErrorRatio)
			e.sum.elapsed = e.elapsed(now)
			if !e.set(to.of(k), &g.telling, now) && !e.sum.live {
				store.Delete(k)
			}
		}
	}
	for who, h := range e.deployed.All() {
		if !due(&h.telling) {
			continue
		}
		e.sum.deployments = h.count(now)
		e.sum.live = h.live(e.sum.deployments, now.Add(-e.cfg.Window))
		if !e.set(to.of(key{family: deployments, owner: who, overflow: who.service == ""}), &h.telling, now) {
			e.deployed.Delete(who)
		}
	}
	if to.points > 0 {
		e.told = at
	}
	return to.points
}

// set writes the gauges of one set as e.sum has them, and that those have ended which were told and of which nothing in the window speaks
// any more. It says whether there was anything to write.
func (e *engine) set(to *gaugeWriter, t *telling, now time.Time) (wrote bool) {
	t.moved, t.at = false, now
	ended := false
	for i := range t.gauges {
		g := &t.gauges[i]
		v, ok := g.value(&e.sum)
		switch {
		case ok && !math.IsNaN(v) && !math.IsInf(v, 0): // what left the range of a float64 is not told
			to.put(g, t.dims, v)
			t.marks[i] = standing
		case t.marks[i] != untold:
			to.end(g, t.dims)
			t.marks[i] = ending
			ended = true
		default:
			continue
		}
		wrote = true
	}
	if ended {
		e.ended = append(e.ended, t)
	}
	return wrote
}

// arrived is told whether the points of writeGauges were taken. That a gauge ended is told until it was: whoever missed it would show its last
// value for ever.
func (e *engine) arrived(all bool) {
	becomes := standing
	if all {
		becomes = untold
	}
	for _, t := range e.ended {
		for i := range t.marks {
			if t.marks[i] == ending {
				t.marks[i] = becomes
			}
		}
	}
	clear(e.ended)
	e.ended = e.ended[:0]
}

// elapsed is what the window that ends now spans, or less as long as there is less to see.
func (e *engine) elapsed(now time.Time) time.Duration {
	begins := e.clock.begins(now)
	if e.since.After(begins) {
		begins = e.since
	}
	return max(now.Sub(begins), time.Second)
}

// rate is per second of the window, or of the time since there is anything to see.
func (s *summary) rate(n float64) float64 { return n / s.elapsed.Seconds() }
