// Package memory says how much memory this process may have, and how many of something fit in it by default.
package memory

import (
	"sync"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// Limit is what the container may have, or the machine has; 0 is unknown.
var Limit = sync.OnceValue(func() uint64 {
	limit, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
	if err != nil {
		return 0
	}
	return limit
})

// Default is how many there may be where nobody says it: one for each so many bytes of the limit, from least to most.
func Default(least, most int, bytes uint64) int { return fitting(Limit(), least, most, bytes) }

func fitting(limit uint64, least, most int, bytes uint64) int {
	if limit == 0 || limit/bytes >= uint64(most) { //nolint:gosec // most is positive
		return most
	}
	return max(least, int(limit/bytes)) //nolint:gosec // less than most
}
