package hostresources

import "time"

// zeroFirst holds a counter that begins while the receiver runs at 0 for a while. increase() counts from the first value that it sees:
// a counter whose first value is 5 has never gone from 0 to 5. One that had been counting before the receiver started is not held,
// because what it counted then has not happened now.
type zeroFirst struct {
	holding bool
	shown   time.Time // when a report with it was first delivered; zero before
}

// holds says whether the counter is still 0 in a report made now.
func (z *zeroFirst) holds(now time.Time, zeroFor time.Duration) bool {
	z.holding = z.holding && zeroFor > 0 && (z.shown.IsZero() || now.Sub(z.shown) < zeroFor)
	return z.holding
}

// delivered notes that a report made then has arrived.
func (z *zeroFirst) delivered(then time.Time) {
	if z.shown.IsZero() {
		z.shown = then
	}
}
