// Package limits says what a configuration may give. It uses the standard library only.
package limits

import (
	"fmt"
	"time"
)

// Duration refuses a duration outside of least to most. The error begins with "must be" and says what is allowed, what it got and, where
// that looks like it, that the unit was forgotten: YAML's `15` is 15 ns. zero says what 0 means; where it is "", 0 is refused too.
func Duration(d, least, most time.Duration, zero string) error {
	if d == 0 && zero != "" || d >= least && d <= most {
		return nil
	}
	allowed, hint := "", ""
	if zero != "" {
		allowed = "0 (" + zero + ") or "
	}
	if d > 0 && d < least && d < time.Millisecond {
		hint = fmt.Sprintf("; was the unit forgotten? %d is nanoseconds, %ds is seconds", int64(d), int64(d))
	}
	return fmt.Errorf("must be %sfrom %v to %v, got %v%s", allowed, short(least), short(most), d, hint)
}

// short leaves out what is 0: 1h0m0s is 1h.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
