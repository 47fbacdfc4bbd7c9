package steady

import "time"

// Line is the time that points are given. It is the wall clock's, but never goes back: where that was set back, Line goes on at half
// the speed of the time that passes until the wall clock has caught up. Going on at full speed would leave points in the future for
// ever, standing still would give two values of a series one time. A Line must not be used by two goroutines at once.
type Line struct {
	clock  *Clock
	at     time.Time // what was answered last
	steady time.Time // when that was, by clock
}

// NewLine makes a Line that begins where a Clock began.
func NewLine(c *Clock) *Line { return &Line{clock: c, at: c.began, steady: c.began} }

// At is the time of a point that is made at a reading of the wall clock: never before what it was at an earlier reading.
func (l *Line) At(wall time.Time) time.Time {
	passed := max(l.clock.Now(wall).Sub(l.steady), 0)
	l.steady = l.steady.Add(passed)
	l.at = l.at.Add(passed / 2)
	if wall = wall.Round(0); wall.After(l.at) {
		l.at = wall
	}
	return l.at
}
