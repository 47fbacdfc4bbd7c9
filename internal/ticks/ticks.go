// Package ticks lets a goroutine do something again and again until it is to end. It uses the standard library only.
package ticks

import (
	"iter"
	"time"
)

// Until gives the time once an interval until done is closed. Who takes longer than an interval misses ticks.
func Until(done <-chan struct{}, interval time.Duration) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case now := <-ticker.C:
				if !yield(now) {
					return
				}
			}
		}
	}
}
