// Package calendar says when days begin.
package calendar

import "time"

// Midnight is the first moment of a day, where clocks that go forward leave midnight out (Havana, Beirut, Santiago) too.
func Midnight(zone *time.Location, y int, m time.Month, d int) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if t.Day() != time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day() { // Date may give the moment an hour before the gap
		_, after := t.ZoneBounds()
		return after.In(zone)
	}
	return t
}
