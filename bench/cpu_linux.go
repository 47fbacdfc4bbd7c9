package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the CPU time that this process has used so far. Unlike the clock on the wall it does not run while another
// process has the core, and it counts the garbage collector's helpers.
func cpuTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
