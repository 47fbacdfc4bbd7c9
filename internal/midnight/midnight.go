// Package midnight says when days begin. It uses the standard library only.
package midnight

import "time"

// Of is the first moment at which the clocks of a zone show the day or later. It is midnight, except where the clocks go forward
// over midnight: there it is the moment of the change. Where they go back over midnight it is the first of two midnights.
func Of(zone *time.Location, y int, m time.Month, d int) time.Time {
	want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	var best time.Time
	try := func(t time.Time) {
		_, offset := t.In(zone).Zone()
		shown := t.Add(time.Duration(offset) * time.Second)
		if !shown.Before(want) && (best.IsZero() || t.Before(best)) {
			best = t
		}
	}
	for _, near := range [2]time.Time{want.Add(-36 * time.Hour), want.Add(36 * time.Hour)} {
		_, offset := near.In(zone).Zone()
		try(want.Add(-time.Duration(offset) * time.Second))
		if _, change := near.In(zone).ZoneBounds(); !change.IsZero() && change.Before(want.Add(36*time.Hour)) {
			try(change.UTC())
		}
	}
	return best.In(zone)
}
