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

// trustAfter is by how much a clock must be ahead to be doubted, and for how long.
const trustAfter = time.Hour

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
