package admission

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// shortestLine is how many requests may wait where there is hardly any memory.
const shortestLine = 64

// gate lets requests in, first come first served, while what they weigh together fits.
type gate struct {
	bytes *semaphore.Weighted
	size  int64

	waiting atomic.Int64
	longest int64 // how many may wait
}

// newGate bounds the line too: what waits has its stream's window in memory, and may take as much together as what is let in.
func newGate(size int64) *gate {
	return &gate{bytes: semaphore.NewWeighted(size), size: size, longest: max(shortestLine, size/streamWindow)}
}

// join takes a place in the line before enter, unless it is too long. Who has one gives it back with quit.
func (g *gate) join() bool {
	if g.waiting.Add(1) > g.longest {
		g.quit()
		return false
	}
	return true
}

func (g *gate) quit() { g.waiting.Add(-1) }

// enter waits for room; leave gives it back. A request that weighs more than there is comes in when it is alone.
func (g *gate) enter(ctx context.Context, weight int64) (leave func(), err error) {
	weight = max(1, min(weight, g.size))
	if err := g.bytes.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	return func() { g.bytes.Release(weight) }, nil
}
