package hostresources

import (
	"slices"
	"time"
)

// follower follows the chosen processes. A process is its pid and its creation time: a pid that is used again is another process.
type follower struct {
	src     *source
	match   *matcher
	faults  *faults
	limit   int
	pids    []int
	tracked []*tracked
	// components whose memory may be seen downstream under langchain's name, and whether the last report has it.
	components map[string]bool
}

// tracked is one process with what it did since the last report.
type tracked struct {
	pid                   int
	component, executable string
	created               time.Time

	cpus  float64 // how many CPUs 100 % is
	last  processReading
	at    time.Time // of last
	cpu   untoldCPU
	rss   untoldGauge
	ended bool // reported once more for its peak, then its series are ended, then it is forgotten

	highWater uint64 // at the last report
	showing
}

// processID is what tells the series of processes apart. Two processes that had one pid one after the other may have the same.
type processID struct {
	pid                   int
	component, executable string
}

func (p *tracked) id() processID { return processID{p.pid, p.component, p.executable} }

// discover looks for processes again. Those already followed come before new ones when there are more than limit.
func (f *follower) discover(now time.Time, cpus func(pid int) float64) {
	f.match.refresh(f.faults, now)
	pids, err := f.match.candidates(f.pids[:0])
	f.pids = pids
	if f.faults.failed(resourceProcesses, "list of processes", err, now) && len(pids) == 0 {
		return
	}
	slices.Sort(f.pids)
	f.pids = slices.Compact(f.pids)
	var fresh []*tracked
	matched := make(map[*tracked]bool)
	for _, pid := range f.pids {
		component, ok, err := f.match.component(pid)
		if f.faults.failed(resourceProcesses, "command line", err, now) || !ok {
			continue
		}
		p := f.find(pid, component)
		if p == nil {
			var known bool
			if p, known = f.begin(pid, component, now); p != nil && !known {
				fresh = append(fresh, p)
			}
		}
		if p != nil {
			matched[p] = true
			p.cpus = cpus(pid)
		}
	}
	running := 0
	for _, p := range f.tracked {
		p.ended = !matched[p] // also one that now runs a program of another component
		if !p.ended {
			running++
		}
	}
	f.dropEnded(len(f.tracked)-running-f.limit, now)
	// Those that ended take no place.
	room := max(f.limit-running, 0)
	if len(fresh) > room {
		f.faults.dropped(resourceProcesses, "max_processes", f.limit, len(fresh)-room, now)
		fresh = fresh[:room]
	}
	f.tracked = append(f.tracked, fresh...)
}

// dropEnded forgets the first n that ended: the next report that is delivered may be far away, and they many.
func (f *follower) dropEnded(n int, now time.Time) {
	if n <= 0 {
		return
	}
	f.faults.dropped(resourceProcesses, "max_processes", f.limit, n, now)
	f.tracked = slices.DeleteFunc(f.tracked, func(p *tracked) bool {
		if !p.ended || n == 0 {
			return false
		}
		n--
		return true
	})
}

// find is the process of that pid that is followed and has not ended, as far as is known.
func (f *follower) find(pid int, component string) *tracked {
	for _, p := range f.tracked {
		if p.pid == pid && p.component == component && !p.ended {
			return p
		}
	}
	return nil
}

// begin takes the first reading of a process, which the next one is compared with. One that only seemed to have ended, because
// it could not be read, goes on: known is true.
func (f *follower) begin(pid int, component string, now time.Time) (p *tracked, known bool) {
	r, err := f.src.process(pid)
	if f.faults.failed(resourceProcesses, "CPU and memory of component "+component, err, now) {
		return nil, false
	}
	for _, p := range f.tracked {
		if p.pid == pid && p.component == component && p.created.Equal(r.created) {
			p.add(r, now)
			return p, true
		}
	}
	name, err := f.src.name(pid)
	if f.faults.failed(resourceProcesses, "name of component "+component, err, now) {
		name = ""
	}
	p = &tracked{pid: pid, component: component, executable: name, created: r.created, last: r, at: now}
	p.rss.since.add(float64(r.rss))
	return p, false
}

// add takes one sample.
func (p *tracked) add(r processReading, now time.Time) {
	if p.cpus > 0 {
		p.cpu.since.add(diffUsage(p.last.cpu, r.cpu, now.Sub(p.at), p.cpus))
	}
	p.rss.since.add(float64(r.rss))
	p.last, p.at = r, now
}

// sample reads every process that is followed. One that ended, or whose pid now belongs to another, ends here.
func (f *follower) sample(now time.Time) {
	for _, p := range f.tracked {
		if p.ended || p.at.Equal(now) {
			continue
		}
		r, err := f.src.process(p.pid)
		if err != nil {
			f.faults.failed(resourceProcesses, "CPU and memory of component "+p.component, err, now)
		}
		if err != nil || !r.created.Equal(p.created) {
			p.ended = true // if it was a passing failure, the next discovery finds it again
			continue
		}
		p.add(r, now)
	}
}

// peakMemory is the most memory in this interval. The samples may miss it between them; the kernel's high-water mark does not: if
// the mark rose since the last report, the peak was in this interval and the mark is exactly it.
func peakMemory(sampled, before, mark uint64) uint64 {
	if before > 0 && mark > before {
		return max(sampled, mark)
	}
	return sampled
}
