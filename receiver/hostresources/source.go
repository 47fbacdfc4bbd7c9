package hostresources

import (
	"errors"
	"time"
)

// source is where readings come from: one function per system call or file. A nil function is something the platform does not
// have, and its metrics are absent. Tests replace single functions.
type source struct {
	cpuModes   modeSet
	cpus       func(dst []cpuTimes) ([]cpuTimes, error) // appended in ascending order of number
	memory     func() (memoryReading, error)
	activity   func() (pagingActivity, error)
	load       func() ([3]float64, error)
	disks      func(dst []deviceReading) ([]deviceReading, error)
	interfaces func(dst []deviceReading) ([]deviceReading, error)
	bootTime   func() (time.Time, error)

	diskPlace      func(name string) place
	interfacePlace func(name string) place

	// limits of the cgroup of a process, or of the receiver's own with selfPID. The machine has hostCPUs and hostMemory.
	limits    func(pid, hostCPUs int, hostMemory uint64) (limits, error)
	groupCPU  func(g group) ([numModes]float64, error)
	groupMem  func(g group, limit uint64) (memoryReading, error)
	groupSwap func(g group) (uint64, bool)

	pids      func(dst []int) ([]int, error)
	name      func(pid int) (string, error)
	command   func(pid int) (string, error)
	process   func(pid int) (processReading, error)
	highWater func(pid int) (uint64, error)
	openFiles func(pid int) (int, error)
	readFile  func(path string) ([]byte, error)
}

// selfPID stands for the receiver's own process, which /proc names "self" whatever the pid namespace.
const selfPID = 0

// limits is what the cgroups of a process allow it. The zero value allows the whole machine.
type limits struct {
	cpus   float64 // how many CPUs 100 % is; 0 when the machine's own
	memory uint64  // bytes; 0 when the machine's own
	swap   state   // bytes; cgroup v2 only
	cpu    group   // whose usage is measured against cpus
	mem    group   // whose usage is measured against memory
	swp    group
}

// group is one directory of a cgroup hierarchy.
type group struct {
	dir string
	v1  bool
}

// errUnsupported says that the platform does not have a reading.
var errUnsupported = errors.New("not available on this platform")

// errGone says that a process ended, which is no failure.
var errGone = errors.New("process has ended")

// state is a value that a platform may not have.
type state struct {
	value uint64
	known bool
}

func known(v uint64) state { return state{value: v, known: true} }

// memoryReading is in bytes. In a cgroup the states add up to total; a machine's cache may be counted as used in part.
type memoryReading struct {
	total                       uint64
	used, free, buffers, cached state
	available                   state // Linux only
	swapTotal                   uint64
	swapFree                    uint64
}

// utilization is the share of total that is used, and whether it can be told.
func (m memoryReading) utilization() (float64, bool) {
	if m.total == 0 || !m.used.known {
		return 0, false
	}
	return float64(m.used.value) / float64(m.total), true
}

func (m memoryReading) swapUtilization() (float64, bool) {
	if m.swapTotal == 0 {
		return 0, false
	}
	return float64(m.swapTotal-min(m.swapFree, m.swapTotal)) / float64(m.swapTotal), true
}

// pagingActivity counts since boot.
type pagingActivity struct {
	minorFaults, majorFaults state
	pagesIn, pagesOut        state
}

// deviceReading is one disk or network interface, counting since boot: in is read or received, out is written or transmitted.
type deviceReading struct {
	name                string
	inBytes, outBytes   uint64
	inOps, outOps       uint64 // operations or packets
	inErrors, outErrors uint64 // network only
	inDrops, outDrops   uint64 // network only
}

// processReading is one process at one moment.
type processReading struct {
	created time.Time         // with pid, the identity of the process
	cpu     [numModes]float64 // seconds since it started
	rss     uint64            // bytes
}
