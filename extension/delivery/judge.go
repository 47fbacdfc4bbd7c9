package delivery

import "time"

// line is one exporter of one signal, which has a queue of its own.
type line struct{ exporter, signal string }

// reading is what the Collector's metrics say about a line: items sent and given up since the start, requests that are being sent or
// wait for another try, and what is in the queue in the unit of its sizer.
type reading struct{ sent, failed, inFlight, queued float64 }

// record is what is known about a line from the readings so far.
type record struct {
	reading
	since, last time.Time // of the trouble since something was delivered last; zero is none
}

// take takes a reading and says whether the line is failing: it tried and delivered nothing for as long as after. Silence is no
// trouble, and one request that was refused is none either: it takes two signs of trouble that lie that far apart.
func (r *record) take(now time.Time, got reading, after time.Duration) bool {
	switch {
	case got.sent > r.sent:
		r.since, r.last = time.Time{}, time.Time{}
	case got.inFlight > 0 || got.failed > r.failed:
		if r.since.IsZero() {
			r.since = now
		}
		r.last = now
	}
	r.reading = got
	return !r.since.IsZero() && r.last.Sub(r.since) >= after
}
