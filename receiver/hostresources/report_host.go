package hostresources

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func (h *hostReader) reportCPU(w *writer) {
	if limit := h.cpuLimit(h.limits); limit > 0 {
		w.metric(defCPULimit).float(limit)
	}
	if h.cpu.empty() {
		return
	}
	utilization := w.metric(defCPUUtilization)
	for m, name := range modeNames {
		if h.modes.has(cpuMode(m)) {
			utilization.float(h.cpu.share(cpuMode(m)), genai.AttrCPUMode, name)
		}
	}
	w.metric(defCPUBusy).float(h.cpu.busy())
	w.metric(defCPUPeak).float(h.cpu.peak)
}

func (h *hostReader) reportMemory(w *writer) {
	if !h.haveMemory {
		return
	}
	usage := w.metric(defMemoryUsage)
	for _, s := range []struct {
		state state
		name  string
	}{{h.last.used, "used"}, {h.last.free, "free"}, {h.last.buffers, "buffers"}, {h.last.cached, "cached"}} {
		usage.state(s.state, genai.AttrMemoryState, s.name)
	}
	w.metric(defMemoryLimit).int(h.last.total)
	w.metric(defMemoryAvailable).state(h.last.available)
	if !h.used.empty() {
		w.metric(defMemoryUtilization).float(h.used.average(), genai.AttrMemoryState, "used")
		w.metric(defMemoryPeak).float(h.used.peak)
	}
}

// reportPaging leaves the swap space out on a machine that has none.
func (h *hostReader) reportPaging(w *writer, boot, now time.Time) {
	if h.haveMemory && h.last.swapTotal > 0 {
		free := min(h.last.swapFree, h.last.swapTotal)
		usage := w.metric(defPagingUsage)
		usage.int(h.last.swapTotal-free, genai.AttrPagingState, "used")
		usage.int(free, genai.AttrPagingState, "free")
	}
	if !h.swap.empty() {
		w.metric(defPagingUtilization).float(h.swap.average(), genai.AttrPagingState, "used")
		w.metric(defPagingPeak).float(h.swap.peak)
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

func (h *hostReader) reportLoad(w *writer, now time.Time) {
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

func reportDisks(w *writer, disks []deviceReading, starts []time.Time) {
	bytes, operations := w.metric(defDiskIO), w.metric(defDiskOperations)
	for i, d := range disks {
		device := []string{genai.AttrDevice, d.name, genai.AttrDiskDirection, "read"}
		bytes.since(starts[i], known(d.inBytes), device...)
		operations.since(starts[i], known(d.inOps), device...)
		device[3] = "write"
		bytes.since(starts[i], known(d.outBytes), device...)
		operations.since(starts[i], known(d.outOps), device...)
	}
}

func reportInterfaces(w *writer, interfaces []deviceReading, starts []time.Time) {
	bytes, packets := w.metric(defNetworkIO), w.metric(defNetworkPackets)
	errors, dropped := w.metric(defNetworkErrors), w.metric(defNetworkDropped)
	for i, d := range interfaces {
		device := []string{genai.AttrNetworkInterface, d.name, genai.AttrNetworkDirection, "receive"}
		bytes.since(starts[i], known(d.inBytes), device...)
		packets.since(starts[i], known(d.inOps), device...)
		errors.since(starts[i], known(d.inErrors), device...)
		dropped.since(starts[i], known(d.inDrops), device...)
		device[3] = "transmit"
		bytes.since(starts[i], known(d.outBytes), device...)
		packets.since(starts[i], known(d.outOps), device...)
		errors.since(starts[i], known(d.outErrors), device...)
		dropped.since(starts[i], known(d.outDrops), device...)
	}
}
