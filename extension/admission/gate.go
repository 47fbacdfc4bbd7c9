package admission

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// gate lets requests in, first come first served, while what they weigh together fits.
type gate struct {
	bytes *semaphore.Weighted
	size  int64
}

func newGate(size int64) *gate { return &gate{bytes: semaphore.NewWeighted(size), size: size} }

// enter waits for room; leave gives it back. A request that weighs more than there is comes in when it is alone.
func (g *gate) enter(ctx context.Context, weight int64) (leave func(), err error) {
	weight = max(1, min(weight, g.size))
	if err := g.bytes.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	return func() { g.bytes.Release(weight) }, nil
}
