package hostresources

import "time"

// cpuMode indexes the modes of CPU time, in the order of modeNames.
type cpuMode int

const (
	modeUser cpuMode = iota
	modeNice
	modeSystem
	modeIdle
	modeIOWait
	modeInterrupt
	modeSteal
	numModes
)

// modeNames are the values of cpu.mode.
var modeNames = [numModes]string{"user", "nice", "system", "idle", "iowait", "interrupt", "steal"}

// modeSet says which modes a platform, a cgroup or a process counts; the others are left out, not reported as zero.
type modeSet uint8

func modesOf(modes ...cpuMode) modeSet {
	var s modeSet
	for _, m := range modes {
		s |= 1 << m
	}
	return s
}

func (s modeSet) has(m cpuMode) bool { return s&(1<<m) != 0 }

// cpuTimes is the time one logical CPU has spent since boot in each mode, in seconds.
type cpuTimes struct {
	number int
	modes  [numModes]float64
}

// cpuDelta is what happened between two readings: seconds per mode, and the seconds that were there to be used.
type cpuDelta struct {
	modes [numModes]float64
	total float64
}

func (d cpuDelta) busy() float64 {
	b := 0.0
	for m, v := range d.modes {
		if cpuMode(m) != modeIdle && cpuMode(m) != modeIOWait {
			b += v
		}
	}
	return b
}

// diffCPUs adds up the difference over the CPUs that are in both readings, so that a CPU that went away or came back neither
// stops the reading nor shows as time spent. Idle and iowait may run backwards by a tick: a negative difference counts as 0.
func diffCPUs(prev, cur []cpuTimes) cpuDelta {
	var d cpuDelta
	i := 0
	for _, c := range cur {
		for i < len(prev) && prev[i].number < c.number {
			i++
		}
		if i == len(prev) || prev[i].number != c.number {
			continue
		}
		for m := range c.modes {
			if v := c.modes[m] - prev[i].modes[m]; v > 0 {
				d.modes[m] += v
				d.total += v
			}
		}
	}
	return d
}

// diffUsage is the same for a cgroup or a process, which knows what it used but not what it left: what is there to use is cpus
// times the elapsed time, and the rest of it is idle. The kernel may grant a cgroup slightly more than its quota within one
// interval; what is beyond 100 % is cut, in proportion.
func diffUsage(prev, cur [numModes]float64, elapsed time.Duration, cpus float64) cpuDelta {
	d := cpuDelta{total: elapsed.Seconds() * cpus}
	used := 0.0
	for m := range cur {
		if cpuMode(m) == modeIdle {
			continue
		}
		d.modes[m] = max(cur[m]-prev[m], 0)
		used += d.modes[m]
	}
	if used > d.total && used > 0 {
		for m := range d.modes {
			d.modes[m] *= d.total / used
		}
		used = d.total
	}
	d.modes[modeIdle] = d.total - used
	return d
}

// cpuWindow gathers the differences of one interval.
type cpuWindow struct {
	sum  cpuDelta
	peak float64 // the highest busy share among the samples
}

// add takes one sample; one in which no time passed says nothing and is left out.
func (w *cpuWindow) add(d cpuDelta) {
	if d.total <= 0 {
		return
	}
	for m := range d.modes {
		w.sum.modes[m] += d.modes[m]
	}
	w.sum.total += d.total
	w.peak = max(w.peak, d.busy()/d.total)
}

func (w *cpuWindow) merge(o cpuWindow) {
	for m := range o.sum.modes {
		w.sum.modes[m] += o.sum.modes[m]
	}
	w.sum.total += o.sum.total
	w.peak = max(w.peak, o.peak)
}

func (w *cpuWindow) empty() bool { return w.sum.total <= 0 }

// share is the average share of one mode, weighted by time; 1 is everything there was to use.
func (w *cpuWindow) share(m cpuMode) float64 { return w.sum.modes[m] / w.sum.total }

func (w *cpuWindow) busy() float64 { return w.sum.busy() / w.sum.total }
