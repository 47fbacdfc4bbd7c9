// Package capacity searches for the largest load that holds. It knows loads and answers, nothing of agents.
package capacity

import "math"

// Search halves the interval between the largest load that held and the least that did not, on a logarithmic scale: load is a ratio.
type Search struct {
	Min, Max  float64
	Precision float64 // the answer is within this share
	Whole     bool    // loads are whole numbers (users)

	held, failed float64 // 0: none yet
}

// Next is the load to try, false when the answer is known.
func (s *Search) Next() (float64, bool) {
	switch {
	case s.held == 0 && s.failed == 0:
		return s.round(math.Sqrt(s.Min * s.Max)), true
	case s.held == 0: // down
		if s.failed <= s.Min {
			return 0, false
		}
		if s.close(s.Min, s.failed) {
			return s.round(s.Min), true
		}
		return s.between(s.Min, s.failed), true
	case s.failed == 0: // up
		if s.held >= s.Max {
			return 0, false
		}
		if s.close(s.held, s.Max) {
			return s.round(s.Max), true
		}
		return s.between(s.held, s.Max), true
	case s.close(s.held, s.failed):
		return 0, false
	}
	return s.between(s.held, s.failed), true
}

// Tell says whether a load held.
func (s *Search) Tell(load float64, held bool) {
	if held {
		s.held = max(s.held, load)
		return
	}
	if s.failed == 0 || load < s.failed {
		s.failed = load
	}
}

func (s *Search) close(low, high float64) bool {
	return high <= low*(1+s.Precision) || (s.Whole && high-low <= 1)
}

func (s *Search) between(low, high float64) float64 {
	v := s.round(math.Sqrt(low * high))
	if s.Whole {
		return min(max(v, low+1), high-1)
	}
	return v
}

func (s *Search) round(v float64) float64 {
	if s.Whole {
		return max(1, math.Round(v))
	}
	return v
}
