package perfstats

import "time"

// deploymentDays is how far back llm.perf.deployments looks.
const deploymentDays = 7

const deploymentHours = deploymentDays * 24

// history counts a service's deployments by the hour they were reported in.
type history struct {
	byHour map[int64]float64 // at most deploymentHours + 1
	moved  bool
	told   time.Time
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
