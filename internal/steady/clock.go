// Package steady tells time that goes on evenly when the wall clock is set. It uses the standard library only.
package steady

import "time"

// Clock goes by the time that passed, where the readings that it is asked with say so (those of time.Now do), and so ignores every
// jump of the wall clock. It shows what the wall clock showed when it began, plus what passed since.
type Clock struct {
	began   time.Time
	elapsed func(now time.Time) time.Duration
	ahead   time.Duration
}

// New makes a Clock that begins now.
func New(now time.Time) *Clock {
	return Of(now, func(later time.Time) time.Duration { return later.Sub(now) })
}

// Of makes a Clock that began at a reading of the wall clock and is told by elapsed how much time passed until a later reading.
func Of(began time.Time, elapsed func(now time.Time) time.Duration) *Clock {
	return &Clock{began: began.Round(0), elapsed: elapsed}
}

// Now is the steady time of a reading of the wall clock.
func (c *Clock) Now(wall time.Time) time.Time { return c.began.Add(c.elapsed(wall)) }

// Ahead is by how much the wall clock is ahead of the steady one, negative if it is behind: what it was set by since the Clock
// began. It moves only when it would by a second or more, so that what is compared across two readings is not out of order for the
// sake of microseconds. Ahead must not be called by two goroutines at once.
func (c *Clock) Ahead(wall time.Time) time.Duration {
	if is := wall.Round(0).Sub(c.Now(wall)); (is - c.ahead).Abs() >= time.Second {
		c.ahead = is
	}
	return c.ahead
}
