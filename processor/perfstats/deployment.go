package perfstats

import "time"

// deploymentDays is how far back llm.perf.deployments looks.
const deploymentDays = 7

const deploymentHours = deploymentDays * 24

// history counts a service's deployments by the hour they were reported in.
type history struct {
	telling
	byHour map[int64]float64 // at most deploymentHours + 1
	place  *place            // of the service; nil is the overflow
}

func hour(t time.Time) int64 { return t.Unix() / 3600 }

func (h *history) add(at, now time.Time, n float64) bool {
	if hour(at) <= hour(now)-deploymentHours {
		return false
	}
	if h.byHour == nil {
		h.byHour = map[int64]float64{}
	}
	h.byHour[hour(at)] += n
	return true
}

// live says whether there is anything to tell: deployments, or a service that had none and is at work.
func (h *history) live(deployments float64, since time.Time) bool {
	return deployments > 0 || h.place != nil && !h.place.active.Before(since)
}

// count forgets what is older than the seven days.
func (h *history) count(now time.Time) float64 {
	total := 0.0
	for at, n := range h.byHour {
		if at <= hour(now)-deploymentHours {
			delete(h.byHour, at)
			continue
		}
		total += n
	}
	return total
}
