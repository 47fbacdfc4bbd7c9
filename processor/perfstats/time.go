package perfstats

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// times is where the engine takes the time from. Everything in it goes by the steady clock, and so do the times of points once they are
// read: a wall clock that is set moves what this gateway counts and what it is told alike, so neither looks old or ahead.
type times struct {
	steady *steady.Clock
	wall   time.Duration // by how much the wall clock is ahead of the steady one
	points time.Duration // by how much points that this process makes are
	line   *steady.Line
	told   time.Time // of the gauges that were told last
}

func newTimes(c *steady.Clock) times { return times{steady: c, line: steady.NewLine(c)} }

// now is the steady time of a reading of the wall clock.
func (t *times) now(wall time.Time) time.Time {
	now := t.steady.Now(wall)
	t.wall = t.steady.Ahead(wall)
	t.points = t.line.At(wall).Sub(now)
	if (t.points - t.wall).Abs() < time.Second { // the Line has caught up
		t.points = t.wall
	}
	return now
}

// ofGauges is the time of the gauges that are told at a reading of the wall clock. It is later for every batch, by a millisecond at least:
// what is closer has the same time in Prometheus.
func (t *times) ofGauges(wall time.Time) time.Time {
	at := t.line.At(wall)
	if next := t.told.Add(time.Millisecond); at.Before(next) {
		return next
	}
	return at
}

// shift is what the clock that a point's time is from is ahead of the steady one. Genaimetrics in this process goes by a Line as this does,
// a sender elsewhere by a wall clock: nothing says which, but the right one shows a time that is close to now.
func (t *times) shift(ts pcommon.Timestamp, now time.Time) time.Duration {
	off := ts.AsTime().Sub(now)
	if (off - t.points).Abs() < (off - t.wall).Abs() {
		return t.points
	}
	return t.wall
}

// known says whether a point has a time at all.
func known(ts pcommon.Timestamp) bool { return ts != 0 && ts <= math.MaxInt64 }

// moment is when a point counts.
type moment struct {
	at    time.Time // now, if the point has no time or one that has not come yet
	epoch int64     // the sub-window
	place outcome   // counted, late, or future if the writer's clock is too far off to be a matter of seconds
}

func (e *engine) momentOf(ts pcommon.Timestamp, now time.Time) moment {
	at := now
	if known(ts) {
		at = ts.AsTime().Add(-e.shift(ts, now))
	}
	epoch, place := e.clock.place(at, now)
	if !known(ts) && ts != 0 {
		place = future
	}
	if at.After(now) {
		at = now
	}
	return moment{at, epoch, place}
}
