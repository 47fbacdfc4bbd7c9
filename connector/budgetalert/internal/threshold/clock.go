package threshold

import "time"

// clock turns times into instants. Its Run never goes back and does not jump with the wall clock as long as the times have Go's
// monotonic reading. Of times without it, a step back of more than disorder is a clock that was set, and no step; a smaller one is a
// call that was overtaken by another.
type clock struct {
	last time.Time // the latest
	run  time.Duration
}

const disorder = time.Minute

func (c *clock) at(now time.Time) Instant {
	step := now.Sub(c.last)
	switch {
	case c.last.IsZero() || step < -disorder:
		c.last = now
	case step > 0:
		c.last = now
		c.run += step
	}
	return Instant{Run: c.run, Wall: max(now.UnixNano(), 1)}
}
