package test

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/test/gateway"
	"github.com/otelcol-llm/otelcol-llm/test/prometheus"
)

// TestHostInPrometheus compares what the default configuration says of this machine and of the gateway's process with what the kernel
// says, through Prometheus. The machine is that of /proc, whatever cgroup the test runs in.
func TestHostInPrometheus(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	received := loopbackReceived(t)
	started := time.Now()
	g, _, scrapeURL, _ := defaultsWith(t, []string{
		"--set=receivers.hostresources.cgroup=false", `--set=receivers.hostresources.network.include=["*"]`,
	})
	runs := time.Now()
	server := prometheus.Start(t, true, hostOf(scrapeURL))
	gw := processRig{server, strconv.Itoa(g.PID())}
	require.Eventually(t, func() bool {
		return len(server.Query(t, "system_cpu_utilization_ratio")) > 0 && len(server.Query(t, "process_cpu_utilization_busy_ratio")) > 0
	}, time.Minute, 200*time.Millisecond, "a report that rests on two samples")

	memory := procFields(t, "/proc/meminfo")
	total := memory["MemTotal"] * 1024
	settled(t, func(t2 assert.TestingT) {
		assert.InDelta(t2, total, server.Scalar(t, "system_memory_limit_bytes"), 0)
		assert.InDelta(t2, 1, server.Scalar(t, "sum(system_cpu_utilization_ratio)"), 1e-9, "all modes together")
		assert.InDelta(t2, cpus(t), server.Scalar(t, "system_cpu_limit"), 0)
		assert.GreaterOrEqual(t2, server.Scalar(t, "system_cpu_utilization_peak_ratio"), server.Scalar(t, "system_cpu_utilization_busy_ratio")-1e-9)
		assert.GreaterOrEqual(t2, server.Scalar(t, `system_network_io_bytes_total{network_interface_name="lo", network_io_direction="receive"}`), received)
		assert.LessOrEqual(t2, server.Scalar(t, `system_network_io_bytes_total{network_interface_name="lo", network_io_direction="receive"}`), loopbackReceived(t))
	})
	agree(t, "memory used", 0.1*total, func() (float64, float64) {
		now := procFields(t, "/proc/meminfo")
		return 1024 * (now["MemTotal"] - now["MemAvailable"]), server.Scalar(t, `system_memory_usage_bytes{system_memory_state="used"}`)
	})
	agree(t, "load", 0.5, func() (float64, float64) { return loadAverage(t), server.Scalar(t, "system_cpu_load_average_15m") })
	gw.check(t, started, runs)
	checkQuiet(t, g)
}

// processRig asks about one process.
type processRig struct {
	server *prometheus.Server
	pid    string
}

func (p *processRig) of(t *testing.T, metric string) float64 {
	t.Helper()
	return p.server.Scalar(t, fmt.Sprintf(`%s{component="gateway", process_pid=%q, process_executable_name!=""}`, metric, p.pid))
}

func (p *processRig) check(t *testing.T, before, after time.Time) {
	t.Helper()
	agree(t, "resident memory", 0.2*rss(t, p.pid), func() (float64, float64) { return rss(t, p.pid), p.of(t, "process_memory_usage_bytes") })
	agree(t, "open files", 10, func() (float64, float64) {
		open, err := os.ReadDir("/proc/" + p.pid + "/fd")
		require.NoError(t, err)
		return float64(len(open)), p.of(t, "process_unix_file_descriptor_count")
	})
	settled(t, func(t2 assert.TestingT) {
		highest := procFields(t, "/proc/"+p.pid+"/status")["VmHWM"] * 1024
		assert.LessOrEqual(t2, p.of(t, "process_memory_usage_high_water_bytes"), highest)
		assert.GreaterOrEqual(t2, p.of(t, "process_memory_usage_high_water_bytes"), 0.5*highest)
		// Before it was started the binary may have been built. The kernel's boot time is in whole seconds.
		assert.GreaterOrEqual(t2, p.of(t, "process_start_time_seconds"), float64(before.Unix()-2))
		assert.LessOrEqual(t2, p.of(t, "process_start_time_seconds"), float64(after.Unix()+2))
		assert.LessOrEqual(t2, p.of(t, "process_cpu_utilization_busy_ratio"), p.of(t, "process_cpu_utilization_peak_ratio")+1e-9)
		assert.LessOrEqual(t2, p.of(t, "process_cpu_utilization_peak_ratio"), 1.0)
		assert.Greater(t2, p.of(t, "process_uptime_seconds"), 0.0)
	})
}

// TestHostIncrease: increase() shows all that the machine cost since the gateway started, and of what the kernel counts what was counted since
// then and not what was there before. Prometheus runs first, or it could miss the 0.
func TestHostIncrease(t *testing.T) {
	need(t, "prometheus")
	t.Parallel()
	received := loopbackReceived(t)
	ports := gateway.FreePorts(t, 5)
	server := prometheus.Start(t, false, gateway.Loopback(ports[2]))
	g, _, _, _, _, _ := defaultsOn(t, ports, []string{
		"--set=receivers.hostresources.cost.compute_usd_per_hour=3600", `--set=receivers.hostresources.network.include=["*"]`,
		"--set=receivers.hostresources.collection_interval=2s",
	})
	const cost, loopback = "llm_infra_cost_usd_total", `system_network_io_bytes_total{network_interface_name="lo", network_io_direction="receive"}`
	require.Eventually(t, func() bool {
		now := server.Query(t, cost)
		return len(now) == 1 && now[0].Value > 0
	}, 2*time.Minute, time.Second)
	series := server.Matrix(t, cost+"[10m]")
	require.Len(t, series, 1)
	values := series[0].Values
	assert.Zero(t, values[0])
	assert.GreaterOrEqual(t, values[len(values)-1], 20.0, "a dollar a second, nothing for zero_for")
	assert.GreaterOrEqual(t, server.Scalar(t, "increase("+cost+"[10m])"), values[len(values)-1])

	series = server.Matrix(t, loopback+"[10m]")
	require.Len(t, series, 1)
	values = series[0].Values
	assert.LessOrEqual(t, values[len(values)-1]-values[0], loopbackReceived(t)-received)
	assert.GreaterOrEqual(t, values[0], received, "what was there before is in the first value")
	checkQuiet(t, g)
}

// TestHostLangchainNaming: one gauge by component takes the place of a process's memory.
func TestHostLangchainNaming(t *testing.T) {
	t.Parallel()
	g, _, scrapeURL, _ := defaultsWith(t, []string{
		"--config", gateway.Root() + "/test/testdata/everything.yaml", "--set=receivers.hostresources.naming=[langchain]",
	})
	pid := strconv.Itoa(g.PID())
	agree(t, "langchain_memory_usage_bytes", 0.2*rss(t, pid), func() (float64, float64) {
		return rss(t, pid), scrape(t, scrapeURL).sum("langchain_memory_usage_bytes", "component", "gateway")
	})
	assert.NotContains(t, scrape(t, scrapeURL), "process_memory_usage_bytes")
	checkQuiet(t, g)
}

// agree polls until two readings are near each other: both move, and one is some seconds older.
func agree(t *testing.T, what string, near float64, read func() (kernel, told float64)) {
	t.Helper()
	var kernel, told float64
	assert.Eventually(t, func() bool {
		kernel, told = read()
		return math.Abs(kernel-told) <= near
	}, time.Minute, 200*time.Millisecond, "%s", what)
	assert.InDelta(t, kernel, told, near, what)
}

// procFields reads the numbers of a file of "Name: number" lines.
func procFields(t *testing.T, file string) map[string]float64 {
	t.Helper()
	body, err := os.ReadFile(filepath.Clean(file))
	require.NoError(t, err)
	all := map[string]float64{}
	for line := range strings.Lines(string(body)) {
		name, rest, _ := strings.Cut(line, ":")
		if fields := strings.Fields(rest); len(fields) > 0 {
			if v, err := strconv.ParseFloat(fields[0], 64); err == nil {
				all[strings.TrimSpace(name)] = v
			}
		}
	}
	return all
}

func rss(t *testing.T, pid string) float64 {
	t.Helper()
	return procFields(t, "/proc/"+pid+"/status")["VmRSS"] * 1024
}

func loopbackReceived(t *testing.T) float64 {
	t.Helper()
	return procFields(t, "/proc/net/dev")["lo"]
}

func loadAverage(t *testing.T) float64 {
	t.Helper()
	body, err := os.ReadFile("/proc/loadavg")
	require.NoError(t, err)
	v, err := strconv.ParseFloat(strings.Fields(string(body))[2], 64)
	require.NoError(t, err)
	return v
}

func cpus(t *testing.T) (n int) {
	t.Helper()
	file, err := os.Open("/proc/cpuinfo")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "processor") {
			n++
		}
	}
	return n
}
