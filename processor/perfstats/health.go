package perfstats

import "time"

// Values of `state`.
const (
	stateHealthy   = "healthy"
	stateDegraded  = "degraded"
	stateUnhealthy = "unhealthy"
)

var states = [...]string{stateHealthy, stateDegraded, stateUnhealthy}

// state is the worst one whose threshold is crossed. A value that equals its threshold does not cross it. avg is in seconds, 0 if unknown.
func (h *Health) state(errorRatio, avg float64) string {
	switch {
	case h.Unhealthy.crossed(errorRatio, avg):
		return stateUnhealthy
	case h.Degraded.crossed(errorRatio, avg):
		return stateDegraded
	}
	return stateHealthy
}

func (t Threshold) crossed(errorRatio, avg float64) bool {
	return errorRatio > t.ErrorRatio || avg > float64(t.AvgLatency)/float64(time.Second)
}
