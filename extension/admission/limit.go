package admission

import (
	"math"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memoryLimit is what the container may have, or the machine has; 0 is unknown.
func memoryLimit() uint64 {
	limit, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
	if err != nil {
		return 0
	}
	return limit
}

// setGoLimit tells the garbage collector, unless the environment has.
func setGoLimit(bytes int64) {
	if os.Getenv("GOMEMLIMIT") == "" && bytes > 0 {
		debug.SetMemoryLimit(bytes)
	}
}

// share is a part of the limit, or without one as good as no bound.
func share(limit uint64, ratio float64) int64 {
	if limit == 0 || limit > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(float64(limit) * ratio)
}
