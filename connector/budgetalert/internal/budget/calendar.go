package budget

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// window is a period in Unix seconds: start <= t < end.
type window struct{ start, end int64 }

func (w window) has(t int64) bool { return w.start <= t && t < w.end }

// forever is the one period of a lifetime.
var forever = window{0, 1 << 40}

// calendar finds the period of a time. It remembers the last ones: spans of one batch are of one or two periods.
type calendar struct {
	kind  Kind
	zone  *time.Location
	cache [3]window
	next  int
}

func (c *calendar) window(t int64) window {
	for i := range c.cache {
		if c.cache[i].has(t) {
			return c.cache[i]
		}
	}
	w := windowOf(c.kind, c.zone, t)
	c.cache[c.next] = w
	c.next = (c.next + 1) % len(c.cache)
	return w
}

// windowOf is the period of the calendar that has the time.
func windowOf(kind Kind, zone *time.Location, t int64) window {
	if kind == Hour {
		return hourOf(zone, t)
	}
	y, m, d := time.Unix(t, 0).In(zone).Date()
	y, m, d = first(kind, y, m, d)
	return window{midnight.Of(zone, y, m, d).Unix(), next(kind, zone, y, m, d).Unix()}
}

// before is the period before one.
func before(kind Kind, zone *time.Location, w window) window { return windowOf(kind, zone, w.start-1) }

// first is the first day of the period that has a day.
func first(kind Kind, y int, m time.Month, d int) (year int, month time.Month, day int) {
	switch kind {
	case Week:
		back := (int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Weekday()) + 6) % 7
		return time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC).Date()
	case Month:
		return y, m, 1
	case Quarter:
		return y, m - (m-1)%3, 1
	case Year:
		return y, time.January, 1
	}
	return y, m, d
}

// next is when the period that begins with a day ends.
func next(kind Kind, zone *time.Location, y int, m time.Month, d int) time.Time {
	switch kind {
	case Week:
		d += 7
	case Month:
		m++
	case Quarter:
		m += 3
	case Year:
		y++
	default:
		d++
	}
	y, m, d = time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Date()
	return midnight.Of(zone, y, m, d)
}

// hourOf is the hour that the clocks show. Where they are put by a part of an hour (Lord Howe Island: 30 minutes), the change ends one
// hour and begins another, so that an hour is never longer than 60 minutes.
func hourOf(zone *time.Location, t int64) window {
	at := time.Unix(t, 0).In(zone)
	_, offset := at.Zone()
	start := floor(t+int64(offset), 3600) - int64(offset)
	w := window{start, start + 3600}
	from, to := at.ZoneBounds()
	if !from.IsZero() && from.Unix() > w.start && offsetAt(zone, from.Unix()-1) != offset {
		w.start = from.Unix()
	}
	if !to.IsZero() && to.Unix() < w.end && offsetAt(zone, to.Unix()) != offset {
		w.end = to.Unix()
	}
	return w
}

func offsetAt(zone *time.Location, t int64) int {
	_, offset := time.Unix(t, 0).In(zone).Zone()
	return offset
}

// floor rounds down to a multiple.
func floor(t, to int64) int64 {
	r := t % to
	if r < 0 {
		r += to
	}
	return t - r
}
