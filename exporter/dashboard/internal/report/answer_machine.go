package report

import "fmt"

const processMemory = `sum(process_memory_usage_bytes or langchain_memory_usage_bytes)`

// over is an expression's highest value in a window.
func (w window) over(expr string) string {
	step := max(int64(w.length.Seconds())/200, 15)
	return fmt.Sprintf("max_over_time((%s)[%ds:%ds])", expr, int64(w.length.Seconds()), step)
}

func askMachine(a *ask, w window, p *Performance, r *ResourceUsage) {
	a.into(&p.CPU, `100 * avg(system_cpu_utilization_busy_ratio)`)
	a.into(&p.MemoryMB, processMemory+` / 1e6`)
	a.into(&p.MemoryPeakMB, w.over(`sum(process_memory_usage_peak_bytes)`)+` / 1e6`)

	a.also(func() {
		if found := a.vector(`group by (host_name) (system_cpu_limit)`, a.now); len(found) == 1 {
			r.Host = word(found[0].Labels["host_name"])
		}
	})
	for to, expr := range map[**float64]string{
		&r.CPU:                 `100 * avg(system_cpu_utilization_busy_ratio)`,
		&r.CPUPeak:             `100 * ` + w.over(`max(system_cpu_utilization_peak_ratio)`),
		&r.CPULimit:            `sum(system_cpu_limit)`,
		&r.Memory:              `100 * avg(system_memory_utilization_ratio{system_memory_state="used"})`,
		&r.MemoryUsed:          `sum(system_memory_usage_bytes{system_memory_state="used"})`,
		&r.MemoryLimit:         `sum(system_memory_limit_bytes)`,
		&r.SwapUsed:            `sum(system_paging_usage_bytes{system_paging_state="used"})`,
		&r.Load1m:              `avg(system_cpu_load_average_1m)`,
		&r.DiskReadPerSec:      `sum(rate(system_disk_io_bytes_total{disk_io_direction="read"}[5m]))`,
		&r.DiskWritePerSec:     `sum(rate(system_disk_io_bytes_total{disk_io_direction="write"}[5m]))`,
		&r.NetworkReceivedPerS: `sum(rate(system_network_io_bytes_total{network_io_direction="receive"}[5m]))`,
		&r.NetworkSentPerS:     `sum(rate(system_network_io_bytes_total{network_io_direction="transmit"}[5m]))`,
	} {
		a.into(to, expr)
	}
}

// What the gateway gave up: an exporter that failed for good, and what found no room in a queue.
const dropped = `{__name__=~"otelcol_exporter_(send|enqueue)_failed_(spans|log_records|metric_points)(_total)?"}`

func askGateway(a *ask, w window, g *Gateway) {
	for to, expr := range map[**float64]string{
		&g.AcceptedSpans: `sum(rate({__name__=~"otelcol_receiver_accepted_spans(_total)?"}[5m]))`,
		&g.RefusedSpans:  w.increase(`{__name__=~"otelcol_receiver_refused_spans(_total)?"}`, ""),
		&g.Dropped:       w.increase(dropped, ""),
		&g.MemoryBytes:   `max({__name__=~"otelcol_process_memory_rss(_bytes)?"})`,
		&g.UptimeSeconds: `max({__name__=~"otelcol_process_uptime(_seconds)?(_total)?"})`,
	} {
		a.into(to, expr)
	}
	a.also(func() { // of the queue that is fullest
		found := a.vector(`topk(1, otelcol_exporter_queue_size / (otelcol_exporter_queue_capacity > 0))`, a.now)
		if len(found) == 0 {
			return
		}
		capacities := map[string]float64{}
		for _, s := range a.vector(`otelcol_exporter_queue_capacity`, a.now) {
			delete(s.Labels, "__name__")
			capacities[keyOf(s.Labels)] = s.Value
		}
		if c := known(capacities, keyOf(found[0].Labels)); c != nil {
			g.QueueSize, g.QueueCapacity = value(found[0].Value**c), c
		}
	})
	a.also(func() {
		if found := a.vector(`topk(1, target_info{service_version!=""})`, a.now); len(found) == 1 {
			g.Version = word(found[0].Labels["service_version"])
		}
	})
}
