package spans

import (
	"slices"
	"time"
)

// interval is a stretch of time by the clock of who made the span; only lengths and what lies within one trace are compared.
type interval struct{ from, to time.Time }

func (i interval) length() time.Duration { return max(0, i.to.Sub(i.from)) }

// covered is how long at least one of them lasted: calls at the same time count once.
func covered(all ...[]interval) time.Duration {
	sorted := slices.Concat(all...)
	slices.SortFunc(sorted, func(a, b interval) int { return a.from.Compare(b.from) })
	var sum time.Duration
	var end time.Time
	for _, i := range sorted {
		if i.from.Before(end) {
			i.from = end
		}
		if i.to.After(i.from) {
			sum += i.to.Sub(i.from)
			end = i.to
		}
	}
	return sum
}
