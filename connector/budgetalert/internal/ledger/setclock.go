package ledger

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// setClock tells a wall clock that was set forward, or a machine that slept, from time that passed: what a wrong clock drops nobody can bring
// back.
type setClock struct {
	steady *steady.Clock
	ahead  time.Duration // of what passed, as far as that is believed
	since  time.Time     // when the wall clock was found to be further ahead than that; zero: it is not
}

// trustAfter is by how much a clock must be ahead to be doubted, and for how long it is where something would be dropped. What is only told, and
// told anew when the clock is right again, waits for as long as a clock is wrong mostly: after a start, until somebody has told it the time.
const (
	trustAfter = time.Hour
	tellAfter  = 10 * time.Minute
)

// trusted says whether what is old by this clock may be dropped.
func (c *setClock) trusted(now time.Time) bool {
	ahead, at := c.steady.Ahead(now), c.steady.Now(now)
	switch {
	case ahead-c.ahead < trustAfter:
		c.since, c.ahead = time.Time{}, ahead
	case c.since.IsZero():
		c.since = at
	case at.Sub(c.since) >= trustAfter:
		c.since, c.ahead = time.Time{}, ahead
	}
	return c.since.IsZero()
}

// doubted says whether it is too early to tell that something is over by this clock.
func (c *setClock) doubted(now time.Time) bool {
	return !c.trusted(now) && c.steady.Now(now).Sub(c.since) < tellAfter
}

// begins says what the clock showed last before this process, and what it shows now: what passed meanwhile nobody has seen pass.
func (c *setClock) begins(last, now int64) {
	c.ahead = min(0, time.Duration(last-now)*time.Second)
}
