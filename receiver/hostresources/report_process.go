package hostresources

import (
	"runtime"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// report writes every process that is followed. One that ended since the last report is written without what holds "now", so that
// the peak of a process that was killed is not lost.
func (f *follower) report(w *writer, naming map[string]bool, now time.Time) {
	utilization, busy, cpuPeak := w.metric(defProcessCPU), w.metric(defProcessCPUBusy), w.metric(defProcessCPUPeak)
	usage, average, peak := w.metric(defProcessMemory), w.metric(defProcessAverage), w.metric(defProcessPeak)
	mark, uptime, start := w.metric(defProcessHighWater), w.metric(defProcessUptime), w.metric(defProcessStart)
	files := w.metric(defProcessFiles)
	if runtime.GOOS == "windows" {
		files = w.metric(defProcessHandles)
	}
	for _, p := range f.tracked {
		high := f.readHighWater(p, now)
		if !p.cpu.empty() {
			for _, m := range []cpuMode{modeUser, modeSystem} {
				point := utilization.ofProcess(p)
				point.Attributes().PutStr(genai.AttrCPUMode, modeNames[m])
				point.SetDoubleValue(p.cpu.share(m))
			}
			busy.ofProcess(p).SetDoubleValue(p.cpu.busy())
			cpuPeak.ofProcess(p).SetDoubleValue(p.cpu.peak)
		}
		if naming[namingSemconv] && !p.rss.empty() {
			average.ofProcess(p).SetDoubleValue(p.rss.average())
			peak.ofProcess(p).setInt(peakMemory(uint64(p.rss.peak), p.highWater, high))
		}
		if p.ended {
			continue
		}
		if naming[namingSemconv] {
			usage.ofProcess(p).setInt(p.last.rss)
			if high > 0 {
				mark.ofProcess(p).setInt(high)
			}
		}
		p.highWater = high
		if n, err := f.countFiles(p, now); err == nil {
			files.ofProcess(p).setInt(uint64(n)) //nolint:gosec // a count
		}
		uptime.ofProcess(p).SetDoubleValue(max(now.Sub(p.created), 0).Seconds())
		start.ofProcess(p).SetDoubleValue(float64(p.created.UnixMilli()) / 1000)
	}
	if naming[namingLangchain] {
		f.reportLangchain(w)
	}
}

// reportLangchain adds the processes of each component up.
func (f *follower) reportLangchain(w *writer) {
	var order []string
	total := map[string]uint64{}
	for _, p := range f.tracked {
		if p.ended {
			continue
		}
		if _, ok := total[p.component]; !ok {
			order = append(order, p.component)
		}
		total[p.component] += p.last.rss
	}
	memory := w.metric(defLangchainMemory)
	for _, component := range order {
		memory.int(total[component], genai.AttrComponent, component)
	}
}

// readHighWater is 0 where there is no such mark.
func (f *follower) readHighWater(p *tracked, now time.Time) uint64 {
	if p.ended || f.src.highWater == nil {
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

func (p *points) ofProcess(t *tracked) processPoint {
	point := p.point(genai.AttrComponent, t.component, genai.AttrProcessExecutable, t.executable)
	point.Attributes().PutInt(genai.AttrProcessPID, int64(t.pid))
	return processPoint{point}
}
