package hostresources

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// agent makes a machine with one process on which a report has been delivered.
func agent(t *testing.T, change func(*Config)) (*machine, *testBench) {
	t.Helper()
	m := newMachine()
	m.run(7, 9000, 10, 100)
	b := newTestBench(t, m.source(), change)
	m.run(7, 9000, 10.5, 100)
	b.second()
	md := b.report(b.now)
	for _, name := range append(nowMetrics, gatheredMetrics...) {
		require.NotEmpty(t, pointsOf(md, name), name)
	}
	return m, b
}

var (
	nowMetrics      = []string{genai.ProcessMemoryUsage, genai.ProcessFileDescriptors, genai.ProcessUptime, genai.ProcessStartTime}
	gatheredMetrics = []string{genai.ProcessCPUUtilization, genai.ProcessCPUBusy, genai.ProcessCPUPeak, genai.ProcessMemoryAverage, genai.ProcessMemoryPeak}
)

// What holds now ends with the report after the process, its peaks with the one after that.
func TestEndedProcess(t *testing.T) {
	m, b := agent(t, func(c *Config) { c.Naming = allNamings })
	m.run(7, 9000, 11.5, 300)
	b.second()
	m.kill(7)
	b.second()
	for range 2 { // the first is lost
		md := b.sampler.report(b.now, false)
		assert.Equal(t, 300.0, mustValue(t, md, genai.ProcessMemoryPeak))
		assert.Equal(t, 0.5, mustValue(t, md, genai.ProcessCPUPeak))
		for _, name := range nowMetrics {
			assert.Empty(t, pointsOf(md, name), name)
			require.Len(t, endsOf(md, name), 1, name)
			assert.True(t, hasAll(endsOf(md, name)[0], []string{"box", "agent", "python3", "7"}))
		}
		assert.Len(t, endsOf(md, genai.LangchainMemoryUsage), 1)
		for _, name := range gatheredMetrics {
			assert.Empty(t, endsOf(md, name), name)
		}
		checkEndsAlone(t, md)
	}
	b.delivered()
	for range 2 { // the first is lost again
		b.second()
		md := b.sampler.report(b.now, false)
		for _, name := range gatheredMetrics {
			assert.Empty(t, pointsOf(md, name), name)
			assert.NotEmpty(t, endsOf(md, name), name)
		}
		assert.Len(t, endsOf(md, genai.ProcessCPUUtilization), 2, "one for each mode")
		assert.Empty(t, endsOf(md, genai.ProcessMemoryUsage), "that was told")
		assert.Empty(t, endsOf(md, genai.LangchainMemoryUsage))
		checkEndsAlone(t, md)
	}
	b.delivered()
	assert.Empty(t, b.follower.tracked)
	assert.Empty(t, b.follower.components)
	md := b.report(b.now)
	for _, name := range append(nowMetrics, gatheredMetrics...) {
		assert.Empty(t, endsOf(md, name), name)
	}
}

// A process that began and ended between two reports has nothing to end but what the one report says of it.
func TestProcessBetweenTwoReports(t *testing.T) {
	m := newMachine()
	b := newTestBench(t, m.source(), nil)
	b.report(b.now)
	m.run(7, 9000, 10, 100)
	b.second()
	b.second() // the look for new processes
	m.kill(7)
	b.second()
	md := b.report(b.now)
	assert.Equal(t, 100.0, mustValue(t, md, genai.ProcessMemoryPeak))
	assert.Empty(t, endsOf(md, genai.ProcessUptime))
	md = b.report(b.now)
	assert.Len(t, endsOf(md, genai.ProcessMemoryPeak), 1)
	assert.Empty(t, endsOf(md, genai.ProcessUptime))
	assert.Empty(t, b.follower.tracked)
}

// Another process with the same series goes on with them: nothing ends, and no series has two values in a report.
func TestReusedPIDGoesOn(t *testing.T) {
	m, b := agent(t, nil)
	m.run(7, 9000, 11, 900)
	b.second()
	m.run(7, 10_002, 0.25, 20) // another process
	for range 4 {
		b.second()
		b.second() // the look for new processes has found it
		md := b.report(b.now)
		for _, name := range append(nowMetrics, gatheredMetrics...) {
			assert.Empty(t, endsOf(md, name), name)
			if name != genai.ProcessCPUUtilization {
				assert.LessOrEqual(t, len(pointsOf(md, name)), 1, name)
			}
		}
	}
	require.Len(t, b.follower.tracked, 1)
	m.kill(7)
	b.second()
	md := b.report(b.now)
	for _, name := range append(nowMetrics, gatheredMetrics...) {
		assert.NotEmpty(t, endsOf(md, name), "nothing was gathered since the last report: all of it ends at once, %s", name)
	}
	assert.Empty(t, b.follower.tracked)
}

// A peak is forgotten when it has arrived, and not before.
func TestPeaksOfLostReports(t *testing.T) {
	m := newMachine()
	m.run(7, 9000, 10, 100)
	src := m.source()
	var mark uint64 = 100
	src.highWater = func(int) (uint64, error) { return mark, nil }
	b := newTestBench(t, src, nil)
	use := func(busy float64, memory, rss uint64) {
		for i := range m.cpus {
			m.cpus[i].modes[modeUser] += busy
			m.cpus[i].modes[modeIdle] += 1 - busy
		}
		m.memory.used, m.memory.free = known(memory), known(1000-memory)
		m.memory.swapTotal, m.memory.swapFree = 100, 100-memory/10
		m.run(7, 9000, m.processes[7].cpu[modeUser]+busy, rss)
		b.second()
	}
	use(0.25, 100, 100)
	b.report(b.now)
	use(0.75, 900, 300)
	mark = 500
	b.sampler.report(b.now, false) // is lost
	use(0.25, 200, 200)
	md := b.sampler.report(b.now, false)
	use(0.5, 300, 200) // a sample that is taken while the report is under way
	b.delivered()
	for name, want := range map[string]float64{
		genai.HostCPUPeak: 0.75, genai.HostMemoryPeak: 0.9, genai.HostPagingPeak: 0.9, genai.ProcessCPUPeak: 0.375, genai.ProcessMemoryPeak: 500,
		genai.HostCPUBusy: 0.5, genai.HostMemoryUtilization: 0.55, genai.ProcessCPUBusy: 0.25, genai.ProcessMemoryAverage: 250,
	} {
		assert.InDelta(t, want, mustValue(t, md, name), 1e-12, name)
	}
	md = b.report(b.now)
	for name, want := range map[string]float64{
		genai.HostCPUPeak: 0.5, genai.HostMemoryPeak: 0.3, genai.HostPagingPeak: 0.3, genai.ProcessCPUPeak: 0.25, genai.ProcessMemoryPeak: 200,
	} {
		assert.InDelta(t, want, mustValue(t, md, name), 1e-12, name)
	}
	assert.Empty(t, pointsOf(b.report(b.now), genai.HostMemoryPeak))
}

// Without reports that arrive, those that ended do not pile up.
func TestEndedProcessesAreBounded(t *testing.T) {
	m := newMachine()
	b := newTestBench(t, m.source(), func(c *Config) { c.MaxProcesses = 3 })
	for pid := range 50 {
		m.kill(pid)
		m.run(pid+1, int64(9000+pid), 0, 10)
		b.second()
		b.second()
		md := b.sampler.report(b.now, false)
		_, ok := value(md, genai.ProcessMemoryUsage, "agent")
		require.True(t, ok, "the one that runs is always followed")
	}
	assert.LessOrEqual(t, len(b.follower.tracked), 3+1+1)
}

// The wall clock is set back: points go on, no start lies after its point, and a process is not younger for it.
func TestClockSetBack(t *testing.T) {
	m := newMachine()
	m.run(7, 9000, 10, 100)
	b := newTestBench(t, m.source(), func(c *Config) { c.Cost.ComputeUSDPerHour = 1 })
	began, passed, set := b.now, time.Duration(0), time.Duration(0)
	b.clock = steady.Of(began, func(time.Time) time.Duration { return passed })
	b.line = steady.NewLine(b.clock)
	last := began.Add(-time.Nanosecond)
	for _, step := range []struct{ passes, set time.Duration }{
		{time.Second, 0}, {time.Second, -10 * time.Minute}, {time.Second, 0}, {time.Minute, 0}, {time.Second, 20 * time.Minute}, {time.Second, 0},
	} {
		passed, set = passed+step.passes, set+step.set
		b.now = began.Add(passed + set)
		md := b.report(b.now)
		assert.InDelta(t, (1000*time.Second + passed).Seconds(), mustValue(t, md, genai.ProcessUptime), 1e-9)
		for _, name := range []string{genai.HostMemoryLimit, genai.ProcessUptime, genai.MetricInfraCostUSD} {
			p := pointsOf(md, name)[0]
			at := p.Timestamp().AsTime()
			assert.True(t, at.After(last), "%s at %s is not after %s", name, at, last)
			assert.LessOrEqual(t, p.StartTimestamp(), p.Timestamp())
		}
		last = pointsOf(md, genai.HostMemoryLimit)[0].Timestamp().AsTime()
	}
	assert.True(t, last.Equal(b.now), "it has caught up")
}
