package hostresources

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func (h *hostReader) reportCPU(w *pointWriter) {
	if limit := h.cpuLimit(h.limits); limit > 0 {
		w.metric(defCPULimit).float(limit)
	}
	cpu := h.cpu.begin()
	if cpu.empty() {
		return
	}
	utilization := w.metric(defCPUUtilization)
	for m, name := range modeNames {
		if h.modes.has(cpuMode(m)) {
			utilization.float(cpu.share(cpuMode(m)), genai.AttrCPUMode, name)
		}
	}
	w.metric(defCPUBusy).float(cpu.busy())
	w.metric(defCPUPeak).float(cpu.peak)
}

func (h *hostReader) reportMemory(w *pointWriter) {
	if h.haveMemory {
		h.reportMemoryNow(w)
	}
	if used := h.used.begin(); !used.empty() {
		w.metric(defMemoryUtilization).float(used.average(), genai.AttrMemoryState, "used")
		w.metric(defMemoryPeak).float(used.peak)
	}
}

func (h *hostReader) reportMemoryNow(w *pointWriter) {
	usage := w.metric(defMemoryUsage)
	for _, s := range []struct {
		state state
		name  string
	}{{h.last.used, "used"}, {h.last.free, "free"}, {h.last.buffers, "buffers"}, {h.last.cached, "cached"}} {
		usage.state(s.state, genai.AttrMemoryState, s.name)
	}
	w.metric(defMemoryLimit).int(h.last.total)
	w.metric(defMemoryAvailable).state(h.last.available)
}

// reportPaging leaves the swap space out on a machine that has none.
func (h *hostReader) reportPaging(w *pointWriter, boot, now time.Time) {
	if h.haveMemory && h.last.swapTotal > 0 {
		free := min(h.last.swapFree, h.last.swapTotal)
		usage := w.metric(defPagingUsage)
		usage.int(h.last.swapTotal-free, genai.AttrPagingState, "used")
		usage.int(free, genai.AttrPagingState, "free")
	}
	if swap := h.swap.begin(); !swap.empty() {
		w.metric(defPagingUtilization).float(swap.average(), genai.AttrPagingState, "used")
		w.metric(defPagingPeak).float(swap.peak)
	}
	if h.src.activity == nil {
		return
	}
	a, err := h.src.activity()
	if h.faults.failed(resourcePaging, "paging activity", err, now) {
		return
	}
	faults, operations := w.metric(defPagingFaults), w.metric(defPagingOperations)
	faults.since(boot, a.majorFaults, genai.AttrPagingFaultType, "major")
	faults.since(boot, a.minorFaults, genai.AttrPagingFaultType, "minor")
	operations.since(boot, a.pagesIn, genai.AttrPagingDirection, "in", genai.AttrPagingFaultType, "major")
	operations.since(boot, a.pagesOut, genai.AttrPagingDirection, "out", genai.AttrPagingFaultType, "major")
}

func (h *hostReader) reportLoad(w *pointWriter, now time.Time) {
	if h.src.load == nil {
		return
	}
	load, err := h.src.load()
	if h.faults.failed(resourceLoad, "load average", err, now) {
		return
	}
	for i, def := range defLoad {
		w.metric(def).float(load[i])
	}
}
