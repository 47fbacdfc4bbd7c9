package admission

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// tune tells the garbage collector what it may use, unless the environment has. A heap that may grow by more than Go's own 100 % needs the
// limit: both or none.
func tune(limit int64, percent int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// collector is what the garbage collector keeps to, whoever said so.
func collector() (limit, percent uint64) {
	samples := []metrics.Sample{{Name: "/gc/gomemlimit:bytes"}, {Name: "/gc/gogc:percent"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}

// share is a part of the limit, or without one as good as no bound.
func share(limit uint64, ratio float64) int64 {
	if limit == 0 || limit > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(float64(limit) * ratio)
}
