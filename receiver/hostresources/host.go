package hostresources

import (
	"time"
)

// hostReader samples the machine, or the cgroup whose limits make it smaller.
type hostReader struct {
	src        *source
	faults     *faults
	useCgroup  bool
	wantCPU    bool
	wantMemory bool // memory or paging

	cpus   int // logical CPUs of the machine
	memory uint64
	limits limits

	prev, cur []cpuTimes // two readings that take turns
	group     [numModes]float64
	at        time.Time // of prev or group; zero before the first reading

	cpu        untoldCPU
	modes      modeSet
	last       memoryReading
	haveMemory bool
	used, swap untoldGauge
}

// refresh looks again at how large the machine is and at the limits, which can change while a container runs. Limits that cannot
// be read now still hold.
func (h *hostReader) refresh(now time.Time) {
	cur, err := h.src.cpus(h.cur[:0])
	h.cur = cur
	if !h.faults.failed(resourceCPU, "CPUs", err, now) {
		h.cpus = len(cur)
	}
	if h.memory == 0 && h.useCgroup && h.src.limits != nil {
		m, err := h.src.memory()
		if !h.faults.failed(resourceMemory, "memory", err, now) {
			h.memory = m.total
		}
	}
	before := h.limits
	if l, ok := h.limitsOf(selfPID, now); ok {
		h.limits = l
	}
	if before.cpu != h.limits.cpu || (before.cpus == 0) != (h.limits.cpus == 0) {
		h.at = time.Time{} // what was measured is not what will be: begin again
	}
}

func (h *hostReader) limitsOf(pid int, now time.Time) (limits, bool) {
	if !h.useCgroup || h.src.limits == nil {
		return limits{}, false
	}
	l, err := h.src.limits(pid, h.cpus, h.memory)
	return l, !h.faults.failed(resourceCPU, "cgroup limits", err, now)
}

// cpuLimit is how many CPUs 100 % is.
func (h *hostReader) cpuLimit(l limits) float64 {
	if l.cpus > 0 {
		return l.cpus
	}
	return float64(h.cpus)
}

func (h *hostReader) processCPUs(pid int, now time.Time) float64 {
	l, _ := h.limitsOf(pid, now)
	return h.cpuLimit(l)
}

func (h *hostReader) sample(now time.Time) {
	if h.wantCPU {
		h.sampleCPU(now)
	}
	if h.wantMemory {
		h.sampleMemory(now)
	}
}

func (h *hostReader) sampleCPU(now time.Time) {
	if h.limits.cpus > 0 {
		h.sampleGroup(now)
		return
	}
	cur, err := h.src.cpus(h.cur[:0])
	h.cur = cur
	if h.faults.failed(resourceCPU, "CPU time", err, now) {
		return
	}
	h.cpus, h.modes = len(cur), h.src.cpuModes
	if !h.at.IsZero() {
		h.cpu.since.add(diffCPUs(h.prev, h.cur))
	}
	h.prev, h.cur, h.at = h.cur, h.prev, now
}

func (h *hostReader) sampleGroup(now time.Time) {
	used, err := h.src.groupCPU(h.limits.cpu)
	if h.faults.failed(resourceCPU, "CPU time of the cgroup", err, now) {
		return
	}
	h.modes = modesOf(modeUser, modeSystem, modeIdle)
	if !h.at.IsZero() {
		h.cpu.since.add(diffUsage(h.group, used, now.Sub(h.at), h.limits.cpus))
	}
	h.group, h.at = used, now
}

func (h *hostReader) sampleMemory(now time.Time) {
	m, err := h.src.memory()
	if h.faults.failed(resourceMemory, "memory", err, now) {
		h.haveMemory = false
		return
	}
	h.memory = m.total
	m, err = h.limitMemory(m)
	h.haveMemory = !h.faults.failed(resourceMemory, "memory of the cgroup", err, now)
	if !h.haveMemory {
		return
	}
	h.last = m
	if v, ok := m.utilization(); ok {
		h.used.since.add(v)
	}
	if v, ok := m.swapUtilization(); ok {
		h.swap.since.add(v)
	}
}

// limitMemory puts the cgroup's memory and swap in the place of the machine's where a limit is lower than those.
func (h *hostReader) limitMemory(m memoryReading) (memoryReading, error) {
	l := h.limits
	total, free := m.swapTotal, m.swapFree
	if l.swap.known && l.swap.value < total {
		if used, ok := h.src.groupSwap(l.swp); ok {
			total, free = l.swap.value, l.swap.value-min(used, l.swap.value)
		}
	}
	if l.memory > 0 {
		limited, err := h.src.groupMem(l.mem, l.memory)
		if err != nil {
			return m, err
		}
		m = limited
	}
	m.swapTotal, m.swapFree = total, free
	return m, nil
}

// delivered forgets what the last report told.
func (h *hostReader) delivered() {
	h.cpu.delivered()
	h.used.delivered()
	h.swap.delivered()
}
