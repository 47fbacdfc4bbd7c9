package hostresources

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/receiver/hostresources/internal/metadata"
)

// machine is a computer made of values; each test changes what it needs.
type machine struct {
	cpus      []cpuTimes
	memory    memoryReading
	processes map[int]processReading
	commands  map[int]string
	files     func(pid int) (int, error)
	disks     []deviceReading
}

func newMachine() *machine {
	return &machine{
		cpus:      []cpuTimes{times(0, 100, 1000), times(1, 100, 1000)},
		memory:    memoryReading{total: 1000, used: known(400), free: known(600)},
		processes: map[int]processReading{},
		commands:  map[int]string{},
		files:     func(int) (int, error) { return 7, nil },
	}
}

func (m *machine) source() *source {
	return &source{
		cpuModes: modesOf(modeUser, modeIdle),
		cpus:     func(dst []cpuTimes) ([]cpuTimes, error) { return append(dst, m.cpus...), nil },
		memory:   func() (memoryReading, error) { return m.memory, nil },
		disks:    func(dst []deviceReading) ([]deviceReading, error) { return append(dst, m.disks...), nil },
		bootTime: func() (time.Time, error) { return time.Unix(1000, 0), nil },
		pids: func(dst []int) ([]int, error) {
			for pid := range m.commands {
				dst = append(dst, pid)
			}
			return dst, nil
		},
		name:    func(int) (string, error) { return "python3", nil },
		command: func(pid int) (string, error) { return m.commands[pid], nil },
		process: func(pid int) (processReading, error) {
			r, ok := m.processes[pid]
			if !ok {
				return r, errGone
			}
			return r, nil
		},
		openFiles: func(pid int) (int, error) { return m.files(pid) },
		readFile:  os.ReadFile,
	}
}

// run starts or changes a process that has used so many seconds of CPU.
func (m *machine) run(pid int, created int64, user float64, rss uint64) {
	r := processReading{created: time.Unix(created, 0), rss: rss}
	r.cpu[modeUser] = user
	m.processes[pid] = r
	m.commands[pid] = fmt.Sprintf("python agent.py %d", pid)
}

func (m *machine) kill(pid int) {
	delete(m.processes, pid)
	delete(m.commands, pid)
}

// testBench drives a sampler by hand: one call is one second.
type testBench struct {
	*sampler
	now    time.Time
	logs   *observer.ObservedLogs
	reader *componenttest.Telemetry
}

func newTestBench(t *testing.T, src *source, change func(*Config)) *testBench {
	t.Helper()
	cfg := defaultConfig()
	cfg.CollectionInterval = 2 * time.Second
	cfg.Processes = []ProcessConfig{{Component: "agent", Match: MatchConfig{Command: "python.*agent"}}}
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	core, logs := observer.New(zap.DebugLevel)
	reader := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, reader.Shutdown(context.Background())) })
	telemetry, err := metadata.NewTelemetryBuilder(reader.NewTelemetrySettings())
	require.NoError(t, err)
	s, err := newSampler(cfg, src, newFaults(zap.New(core), telemetry))
	require.NoError(t, err)
	b := &testBench{sampler: s, now: time.Unix(10_000, 0), logs: logs, reader: reader}
	b.begin("box", b.now)
	return b
}

func (b *testBench) second() {
	b.now = b.now.Add(time.Second)
	b.sample(b.now)
}

// report is one that arrives.
func (b *testBench) report(now time.Time) pmetric.Metrics {
	md := b.sampler.report(now, false)
	b.delivered()
	return md
}

// value finds a point by metric and attribute values (in any order); ok says whether there is one.
func value(md pmetric.Metrics, name string, attributes ...string) (v float64, ok bool) {
	for _, p := range pointsOf(md, name) {
		if !hasAll(p, attributes) {
			continue
		}
		if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
			return float64(p.IntValue()), true
		}
		return p.DoubleValue(), true
	}
	return 0, false
}

func hasAll(p pmetric.NumberDataPoint, values []string) bool {
	for _, want := range values {
		found := false
		for _, v := range p.Attributes().All() {
			found = found || v.AsString() == want
		}
		if !found {
			return false
		}
	}
	return true
}

// pointsOf are the points of a metric that have a value, endsOf those that say that there is none any more.
func pointsOf(md pmetric.Metrics, name string) []pmetric.NumberDataPoint {
	return pointsWith(md, name, false)
}

func endsOf(md pmetric.Metrics, name string) []pmetric.NumberDataPoint {
	return pointsWith(md, name, true)
}

func pointsWith(md pmetric.Metrics, name string, noValue bool) (out []pmetric.NumberDataPoint) {
	metrics := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	for i := range metrics.Len() {
		m := metrics.At(i)
		if m.Name() != name {
			continue
		}
		var points pmetric.NumberDataPointSlice
		if m.Type() == pmetric.MetricTypeSum {
			points = m.Sum().DataPoints()
		} else {
			points = m.Gauge().DataPoints()
		}
		for j := range points.Len() {
			if points.At(j).Flags().NoRecordedValue() == noValue {
				out = append(out, points.At(j))
			}
		}
	}
	return out
}

func mustValue(t *testing.T, md pmetric.Metrics, name string, attributes ...string) float64 {
	t.Helper()
	v, ok := value(md, name, attributes...)
	require.True(t, ok, "%s %v", name, attributes)
	return v
}

// hostmetrics stops the scrape with an error when a CPU is gone that was there before.
func TestVanishedCPU(t *testing.T) {
	m := newMachine()
	b := newTestBench(t, m.source(), nil)
	m.cpus = []cpuTimes{times(1, 100.75, 1000.25)}
	b.second()
	md := b.report(b.now)
	assert.Equal(t, 0.75, mustValue(t, md, genai.HostCPUUtilization, "user"))
	assert.Equal(t, 0.25, mustValue(t, md, genai.HostCPUUtilization, "idle"))
	assert.Equal(t, 1.0, mustValue(t, md, genai.HostCPULimit))
	m.cpus = []cpuTimes{times(0, 900, 3000), times(1, 101.25, 1000.75)} // and comes back
	b.second()
	assert.Equal(t, 0.5, mustValue(t, b.report(b.now), genai.HostCPUUtilization, "user"))
	assert.Zero(t, b.logs.Len())
}

// hostmetrics takes a reused pid for the process that had it and reports a negative utilisation.
func TestReusedPID(t *testing.T) {
	m := newMachine()
	m.run(42, 9000, 500, 1<<30)
	b := newTestBench(t, m.source(), nil)
	m.run(42, 9000, 501, 1<<30)
	b.second()
	m.run(42, 10_001, 0.25, 1<<20) // another process, younger and with less of everything
	b.second()
	md := b.report(b.now)
	// The first one is reported once more, with its peak and without what holds now.
	assert.Equal(t, 0.5, mustValue(t, md, genai.ProcessCPUPeak, "agent"))
	for _, p := range pointsOf(md, genai.ProcessCPUUtilization) {
		assert.GreaterOrEqual(t, p.DoubleValue(), 0.0)
	}
	assert.Len(t, pointsOf(md, genai.ProcessMemoryUsage), 1)
	assert.Equal(t, float64(1<<20), mustValue(t, md, genai.ProcessMemoryUsage, "agent"))
	m.run(42, 10_001, 0.75, 1<<20)
	b.second()
	md = b.report(b.now)
	assert.Equal(t, 0.25, mustValue(t, md, genai.ProcessCPUPeak, "agent"))
	assert.Equal(t, 10_001.0, mustValue(t, md, genai.ProcessStartTime, "agent"))
	assert.Len(t, pointsOf(md, genai.ProcessCPUPeak), 1)
	assert.Zero(t, b.logs.Len())
}

func TestProcessEndsDuringScrape(t *testing.T) {
	m := newMachine()
	m.run(1, 9000, 10, 100)
	m.run(2, 9000, 10, 200)
	src := m.source()
	b := newTestBench(t, src, nil)
	m.run(1, 9000, 12, 900)
	b.second()
	// It ends after the sample, while the report reads its open files.
	m.files = func(pid int) (int, error) {
		if pid == 1 {
			m.kill(1)
			return 0, errGone
		}
		return 7, nil
	}
	md := b.report(b.now)
	assert.Len(t, pointsOf(md, genai.ProcessFileDescriptors), 1)
	assert.Equal(t, 900.0, mustValue(t, md, genai.ProcessMemoryPeak, "1"))
	b.second()
	b.second()
	md = b.report(b.now)
	_, ok := value(md, genai.ProcessMemoryUsage, "1")
	assert.False(t, ok, "what has ended has no usage")
	b.second()
	md = b.report(b.now)
	assert.Len(t, pointsOf(md, genai.ProcessMemoryPeak), 1)
	assert.Equal(t, 200.0, mustValue(t, md, genai.ProcessMemoryUsage, "2"))
	assert.Zero(t, b.logs.Len(), "a process that ends is no fault")
}

// No permission for another user's process: what can be read is reported, and one line is logged however long it lasts.
func TestNoPermission(t *testing.T) {
	m := newMachine()
	m.run(1, 9000, 10, 100)
	m.run(2, 9000, 10, 200)
	m.files = func(int) (int, error) { return 0, os.ErrPermission }
	b := newTestBench(t, m.source(), nil)
	for range 20 {
		b.second()
		md := b.report(b.now)
		assert.Len(t, pointsOf(md, genai.ProcessMemoryUsage), 2)
		assert.Empty(t, pointsOf(md, genai.ProcessFileDescriptors), "absent, not zero")
	}
	require.Equal(t, 1, b.logs.Len())
	assert.Equal(t, zap.WarnLevel, b.logs.All()[0].Level)
	got, err := b.reader.GetMetric("otelcol_hostresources_read_errors")
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(got.Data), "40")
}

// One resource that cannot be read leaves the others alone.
func TestPartialResult(t *testing.T) {
	m := newMachine()
	src := m.source()
	src.memory = func() (memoryReading, error) { return memoryReading{}, errors.New("broken") }
	b := newTestBench(t, src, nil)
	for range 3 {
		m.cpus[0].modes[modeUser]++
		b.second()
	}
	md := b.report(b.now)
	assert.Equal(t, 1.0, mustValue(t, md, genai.HostCPUBusy))
	assert.Empty(t, pointsOf(md, genai.HostMemoryUsage))
	assert.Empty(t, pointsOf(md, genai.HostLoad1m), "a platform without it")
	assert.Equal(t, 1, b.logs.FilterMessageSnippet("cannot read").FilterField(zap.String("reading", "memory")).Len())
}

func TestCaps(t *testing.T) {
	m := newMachine()
	for pid := 1; pid <= 10; pid++ {
		m.run(pid, 9000, 0, 10)
		m.disks = append(m.disks, deviceReading{name: fmt.Sprintf("d%02d", pid), inOps: 1})
	}
	b := newTestBench(t, m.source(), func(c *Config) { c.MaxProcesses, c.MaxDevices = 4, 3 })
	b.second()
	md := b.report(b.now)
	assert.Len(t, pointsOf(md, genai.ProcessMemoryUsage), 4)
	assert.Len(t, pointsOf(md, genai.HostDiskIO), 2*3)
	// Those that are followed stay, whatever else comes; a free place is taken.
	m.run(0x7fff, 9500, 0, 10)
	m.kill(2)
	for range 4 {
		b.second()
		md = b.report(b.now)
	}
	for _, pid := range []string{"1", "3", "4", "5"} {
		mustValue(t, md, genai.ProcessMemoryUsage, pid)
	}
	assert.Equal(t, 2, b.logs.Len(), "one warning for each cap")
	got, err := b.reader.GetMetric("otelcol_hostresources_dropped")
	require.NoError(t, err)
	assert.NotNil(t, got)
}
