// Package resources watches the CPU and memory of the agent's processes, and of the generator itself.
package resources

import (
	"context"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/internal/ticks"
)

// every is how often processes are looked at.
const every = time.Second

// Usage is what one component used. CPU is in percent of one core, memory in MB (10^6 bytes).
type Usage struct {
	CPUPercent   float64 `json:"cpu_usage_percent"`
	MemoryMB     float64 `json:"memory_usage_mb"` // mean
	MemoryPeakMB float64 `json:"memory_peak_mb"`
	Processes    int     `json:"processes"` // most at once
}

// Watcher watches until it is stopped.
type Watcher struct {
	rules []rule
	stop  context.CancelFunc
	done  sync.WaitGroup
	began time.Time
	parts map[string]*part
}

type rule struct {
	component string
	command   *regexp.Regexp
	pid       int32
}

// part is a component while it is watched.
type part struct {
	samples   int
	sum, peak float64
	most      int
	seen      map[int32]*cpu
}

// cpu is the CPU time of a process when it was first and last seen.
type cpu struct{ first, last float64 }

// Watch begins; the regular expressions have been checked.
func Watch(processes []scenario.Process) *Watcher {
	w := &Watcher{began: time.Now(), parts: map[string]*part{}}
	for _, p := range processes {
		r := rule{component: p.Component, pid: int32(p.Match.PID)} //nolint:gosec // process ids fit
		if p.Match.Command != "" {
			r.command = regexp.MustCompile(p.Match.Command)
		}
		w.rules = append(w.rules, r)
		w.parts[p.Component] = &part{seen: map[int32]*cpu{}}
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	if len(w.rules) > 0 {
		w.done.Go(func() { w.watch(ctx) })
	}
	return w
}

func (w *Watcher) watch(ctx context.Context) {
	w.look()
	for range ticks.Until(ctx.Done(), every) {
		w.look()
	}
	w.look()
}

func (w *Watcher) look() {
	all, err := process.Processes()
	if err != nil {
		return
	}
	memory, count := map[string]float64{}, map[string]int{}
	self := int32(os.Getpid()) //nolint:gosec // process ids fit
	for _, p := range all {
		if p.Pid == self {
			continue
		}
		r := w.match(p)
		if r == nil {
			continue
		}
		info, err := p.MemoryInfo()
		times, also := p.Times()
		if err != nil || also != nil {
			continue // it has ended
		}
		memory[r.component] += float64(info.RSS) / 1e6
		count[r.component]++
		c := w.parts[r.component].seen[p.Pid]
		used := times.User + times.System
		if c == nil || used < c.last {
			c = &cpu{first: used}
			w.parts[r.component].seen[p.Pid] = c
		}
		c.last = used
	}
	for name, part := range w.parts {
		if count[name] == 0 {
			continue
		}
		part.samples++
		part.sum += memory[name]
		part.peak = max(part.peak, memory[name])
		part.most = max(part.most, count[name])
	}
}

func (w *Watcher) match(p *process.Process) *rule {
	for i := range w.rules {
		r := &w.rules[i]
		if r.pid == p.Pid {
			return r
		}
		if r.command == nil {
			continue
		}
		if line, err := p.Cmdline(); err == nil && r.command.MatchString(line) {
			return r
		}
	}
	return nil
}

// Stop ends the watch; components of which no process was seen are not in the answer.
func (w *Watcher) Stop() map[string]Usage {
	w.stop()
	w.done.Wait()
	out := map[string]Usage{}
	took := time.Since(w.began).Seconds()
	for name, part := range w.parts {
		if part.samples == 0 || took <= 0 {
			continue
		}
		used := 0.0
		for _, c := range part.seen {
			used += c.last - c.first
		}
		out[name] = Usage{
			CPUPercent: 100 * used / took, MemoryMB: part.sum / float64(part.samples), MemoryPeakMB: part.peak, Processes: part.most,
		}
	}
	return out
}

// OwnCPU is the CPU time that this process has used, in seconds; false where the system does not say.
func OwnCPU() (float64, bool) {
	p, err := process.NewProcess(int32(os.Getpid())) //nolint:gosec // process ids fit
	if err != nil {
		return 0, false
	}
	times, err := p.Times()
	if err != nil {
		return 0, false
	}
	return times.User + times.System, true
}
