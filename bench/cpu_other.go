//go:build !linux

package bench

import "time"

var processStart = time.Now()

// cpuTime is the time on the wall where the CPU time is not to be had: then nothing else must run.
func cpuTime() time.Duration { return time.Since(processStart) }
