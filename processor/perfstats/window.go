package perfstats

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// steps is how many sub-windows a window has: the window moves by a twelfth at a time, and the oldest twelfth leaves whole.
const steps = 12

// bucketLimit bounds one histogram to about 18 kB; at scale 6 it spans a factor of 2^32.
const bucketLimit = 2048

// clock numbers the sub-windows: number n lasts from n*step to (n+1)*step since 1970.
type clock struct{ step time.Duration }

func newClock(window time.Duration) clock { return clock{step: max(window/steps, 1)} }

func (c clock) epoch(t time.Time) int64 { return t.UnixNano() / int64(c.step) }

// begins is when the oldest sub-window of the window that ends now began.
func (c clock) begins(now time.Time) time.Time {
	return time.Unix(0, (c.epoch(now)-steps+1)*int64(c.step))
}

// place decides in which sub-window a point of time at is counted.
func (c clock) place(at, now time.Time) (int64, outcome) {
	current := c.epoch(now)
	switch e := c.epoch(at); {
	case at.Sub(now) > c.step:
		return current, future
	case e > current:
		return current, counted
	case e <= current-steps:
		return e, late
	default:
		return e, counted
	}
}

// cell is what one set of gauges saw in one sub-window.
type cell struct {
	epoch   int64
	n       [measures]float64
	latency *expohist.Histogram
	ttft    *expohist.Histogram
}

func (c *cell) clear(epoch int64) {
	c.epoch, c.n = epoch, [measures]float64{}
	c.latency, c.ttft = nil, nil
}

// ring holds the cells of a window. A cell is cleared when its place is needed for a later sub-window.
type ring [steps]cell

// at gives the cell of a sub-window, which place has found to be in the window.
func (r *ring) at(epoch int64) *cell {
	c := &r[epoch%steps]
	if c.epoch != epoch {
		c.clear(epoch)
	}
	return c
}

// summary is a whole window added up. Its histograms are reused from one set of gauges to the next.
type summary struct {
	outcomeCounts
	n             [measures]float64
	seen          *[measures]bool // ever
	live          bool            // anything came in the window
	latency, ttft expohist.Histogram
	active, up    float64 // sub-windows with calls, and those of them in which the service was up
	elapsed       time.Duration
	deployments   float64 // of the set of a service's deployments, which has nothing else
}

// add sums up the cells that are still in the window that ends with sub-window current. The peak is the largest of the sub-windows' peaks.
func (s *summary) add(r *ring, seen *[measures]bool, current int64, down float64) {
	s.n, s.seen, s.live, s.active, s.up = [measures]float64{}, seen, false, 0, 0
	s.latency.Reset()
	s.ttft.Reset()
	for i := range r {
		c := &r[i]
		if c.epoch <= current-steps || c.epoch > current {
			continue
		}
		s.live = true
		peak := max(s.n[peakCalls], c.n[peakCalls])
		for m, v := range c.n {
			s.n[m] += v
		}
		s.n[peakCalls] = peak
		s.latency.Merge(c.latency)
		s.ttft.Merge(c.ttft)
		if o := outcomesOf(&c.n); o.calls > 0 {
			s.active++
			if o.failed/o.calls <= down {
				s.up++
			}
		}
	}
	s.outcomeCounts = outcomesOf(&s.n)
}
