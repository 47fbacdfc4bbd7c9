package hostresources

import (
	"maps"
	"runtime"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// processMetric is a metric of a process; a set of them is a bit for each.
type processMetric uint8

const (
	processCPU processMetric = iota
	processBusy
	processCPUPeak
	processUsage
	processAverage
	processPeak
	processHighWater
	processFiles
	processUptime
	processStart
	numProcessMetrics
)

func processDefinitions() [numProcessMetrics]*definition {
	all := [numProcessMetrics]*definition{
		defProcessCPU, defProcessCPUBusy, defProcessCPUPeak, defProcessMemory, defProcessAverage, defProcessPeak, defProcessHighWater,
		defProcessFiles, defProcessUptime, defProcessStart,
	}
	if runtime.GOOS == "windows" {
		all[processFiles] = defProcessHandles
	}
	return all
}

// showing is what of a process can be seen downstream.
type showing struct {
	shown    uint16 // metrics that may be seen
	told     uint16 // those that have a value in the report under way
	windows  bool   // the report tells what was gathered
	ending   bool   // and ends the others
	replaced bool   // another process goes on with the series
}

// processReport writes the processes of one report.
type processReport struct {
	w       *pointWriter
	metrics [numProcessMetrics]*points
	semconv bool
	taken   map[processID]bool // series of those that ended, and whether they have averages and peaks here: another one's have to wait
}

func (r *processReport) point(p *tracked, m processMetric) processPoint {
	p.told |= 1 << m
	return r.metrics[m].ofProcess(p)
}

// report writes every process that is followed. One that ended since the last report is written without what holds "now", so that
// the peak of a process that was killed is not lost; what has no value any more is ended.
func (f *follower) report(w *pointWriter, naming map[string]bool, now time.Time) {
	r := &processReport{w: w, semconv: naming[namingSemconv], taken: map[processID]bool{}}
	for m, def := range processDefinitions() {
		r.metrics[m] = w.metric(def)
	}
	for _, p := range f.tracked {
		p.showing = showing{shown: p.shown}
		if _, taken := r.taken[p.id()]; p.ended && !taken {
			r.gathered(p, 0)
			r.taken[p.id()] = p.told != 0
			r.end(p, f.successor(p))
		}
	}
	for _, p := range f.tracked {
		if p.ended {
			continue
		}
		high := f.readHighWater(p, now)
		if !r.taken[p.id()] {
			r.gathered(p, high)
			p.highWater = high
		}
		f.reportNow(r, p, high, now)
		p.shown |= p.told
	}
	if naming[namingLangchain] {
		f.reportLangchain(w)
	}
}

// successor is a running process whose series are those of one that ended.
func (f *follower) successor(ended *tracked) *tracked {
	for _, p := range f.tracked {
		if !p.ended && p.id() == ended.id() {
			return p
		}
	}
	return nil
}

// gathered writes averages and peaks since the last report.
func (r *processReport) gathered(p *tracked, high uint64) {
	p.windows = true
	if cpu := p.cpu.begin(); !cpu.empty() {
		for _, m := range []cpuMode{modeUser, modeSystem} {
			point := r.point(p, processCPU)
			point.Attributes().PutStr(genai.AttrCPUMode, modeNames[m])
			point.SetDoubleValue(cpu.share(m))
		}
		r.point(p, processBusy).SetDoubleValue(cpu.busy())
		r.point(p, processCPUPeak).SetDoubleValue(cpu.peak)
	}
	if rss := p.rss.begin(); !rss.empty() {
		rss.peak = float64(peakMemory(uint64(rss.peak), p.highWater, high))
		if r.semconv {
			r.point(p, processAverage).SetDoubleValue(rss.average())
			r.point(p, processPeak).setInt(uint64(rss.peak))
		}
	}
}

// end ends the series of a process that has no value in this report, unless they are those of next, too.
func (r *processReport) end(p, next *tracked) {
	p.ending, p.replaced = true, next != nil
	gone := p.shown &^ p.told
	p.shown |= p.told
	if next != nil {
		next.shown |= p.shown
		return
	}
	for m, def := range processDefinitions() {
		if gone&(1<<m) == 0 {
			continue
		}
		if processMetric(m) != processCPU {
			r.w.end(def, p.attributes()...).PutInt(genai.AttrProcessPID, int64(p.pid))
			continue
		}
		for _, mode := range []cpuMode{modeUser, modeSystem} {
			a := r.w.end(def, p.attributes()...)
			a.PutInt(genai.AttrProcessPID, int64(p.pid))
			a.PutStr(genai.AttrCPUMode, modeNames[mode])
		}
	}
}

// delivered forgets what the last report told, and those whose end it told.
func (f *follower) delivered() {
	for _, p := range f.tracked {
		if p.windows {
			p.cpu.delivered()
			p.rss.delivered()
		}
		if p.ending {
			p.shown = p.told
		}
		if p.ending && p.replaced {
			p.shown = 0
		}
	}
	f.tracked = slices.DeleteFunc(f.tracked, func(p *tracked) bool { return p.ended && p.ending && p.shown == 0 })
	for component, shown := range f.components {
		if !shown {
			delete(f.components, component)
		}
	}
}

// reportNow writes what holds now.
func (f *follower) reportNow(r *processReport, p *tracked, high uint64, now time.Time) {
	if r.semconv {
		r.point(p, processUsage).setInt(p.last.rss)
		if high > 0 {
			r.point(p, processHighWater).setInt(high)
		}
	}
	if n, err := f.countFiles(p, now); err == nil {
		r.point(p, processFiles).setInt(uint64(n)) //nolint:gosec // a count
	}
	r.point(p, processUptime).SetDoubleValue(max(r.w.steady.Sub(p.created), 0).Seconds())
	r.point(p, processStart).SetDoubleValue(float64(p.created.UnixMilli()) / 1000)
}

// reportLangchain adds the processes of each component up, and ends the series of a component that has none any more.
func (f *follower) reportLangchain(w *pointWriter) {
	total := map[string]uint64{}
	for component := range f.components {
		f.components[component] = false
	}
	for _, p := range f.tracked {
		if !p.ended {
			total[p.component] += p.last.rss
			f.components[p.component] = true
		}
	}
	memory := w.metric(defLangchainMemory)
	for _, component := range slices.Sorted(maps.Keys(f.components)) {
		if f.components[component] {
			memory.int(total[component], genai.AttrComponent, component)
		} else {
			w.end(defLangchainMemory, genai.AttrComponent, component)
		}
	}
}

// readHighWater is 0 where there is no such mark.
func (f *follower) readHighWater(p *tracked, now time.Time) uint64 {
	if f.src.highWater == nil {
		return 0
	}
	v, err := f.src.highWater(p.pid)
	if err != nil {
		f.faults.failed(resourceProcesses, "peak memory of component "+p.component, err, now)
		return 0
	}
	return v
}

func (f *follower) countFiles(p *tracked, now time.Time) (int, error) {
	if f.src.openFiles == nil {
		return 0, errUnsupported
	}
	n, err := f.src.openFiles(p.pid)
	if err != nil {
		f.faults.failed(resourceProcesses, "open files of component "+p.component, err, now)
	}
	return n, err
}

type processPoint struct{ pmetric.NumberDataPoint }

func (p processPoint) setInt(v uint64) { p.SetIntValue(int64(v)) } //nolint:gosec // bytes and counts stay far below 2^63

func (p *tracked) attributes() []string {
	return []string{genai.AttrComponent, p.component, genai.AttrProcessExecutable, p.executable}
}

func (p *points) ofProcess(t *tracked) processPoint {
	point := p.point(t.attributes()...)
	point.Attributes().PutInt(genai.AttrProcessPID, int64(t.pid))
	return processPoint{point}
}
