package report

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// dayOf is the day that began back days before the one of now, and when it ends.
func dayOf(now time.Time, zone *time.Location, back int) (from, to time.Time) {
	y, m, d := now.In(zone).Date()
	return midnight.Of(zone, y, m, d-back), midnight.Of(zone, y, m, d-back+1)
}

// monthOf is the same of months.
func monthOf(now time.Time, zone *time.Location, back int) (from, to time.Time) {
	y, m, _ := now.In(zone).Date()
	return midnight.Of(zone, y, m-time.Month(back), 1), midnight.Of(zone, y, m-time.Month(back)+1, 1)
}

// sameTime is the moment of another day that has the clock of now, inside that day.
func sameTime(now, from, to time.Time) time.Time {
	h, m, s := now.In(from.Location()).Clock()
	y, mo, d := from.Date()
	t := time.Date(y, mo, d, h, m, s, now.Nanosecond(), from.Location())
	switch {
	case t.Before(from):
		return from
	case t.After(to):
		return to
	}
	return t
}

// sameTimeOfMonth is the moment of the month before that has the day and clock of now, or its end.
func sameTimeOfMonth(now time.Time, zone *time.Location) (from, at time.Time) {
	from, to := monthOf(now, zone, 1)
	day := midnight.Of(zone, from.Year(), from.Month(), now.In(zone).Day())
	if !day.Before(to) {
		return from, to
	}
	return from, sameTime(now, day, midnight.Of(zone, day.Year(), day.Month(), day.Day()+1))
}
