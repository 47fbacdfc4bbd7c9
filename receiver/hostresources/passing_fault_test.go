package hostresources

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var errPassing = errors.New("too many open files")

// A device that could not be read once has not begun to count again: a new start with the count since boot would read as a burst.
func TestUnreadDevicesKeepTheirStart(t *testing.T) {
	m := newMachine()
	m.disks = []deviceReading{{name: "vda", inBytes: 5000, inOps: 5}}
	src := m.source()
	read, fail := src.disks, true
	src.disks = func(dst []deviceReading) ([]deviceReading, error) {
		if fail {
			return dst, errPassing
		}
		return read(dst)
	}
	b := newTestBench(t, src, nil)
	for _, fail = range []bool{true, false, true, false} {
		b.second()
		points := pointsOf(b.report(b.now), genai.HostDiskIO)
		if fail {
			require.Empty(t, points)
			continue
		}
		require.NotEmpty(t, points)
		assert.Equal(t, time.Unix(1000, 0), points[0].StartTimestamp().AsTime().Local())
	}
}

// Limits that could not be read once still hold: 100 % must not jump to the machine and back.
func TestUnreadLimitsStillHold(t *testing.T) {
	m := newMachine()
	src := m.source()
	var fail error
	src.limits = func(int, int, uint64) (limits, error) {
		if fail != nil {
			return limits{}, fail
		}
		return limits{cpus: 0.5, memory: 100}, nil
	}
	src.groupCPU = func(group) ([numModes]float64, error) { return [numModes]float64{}, nil }
	src.groupMem = func(group, uint64) (memoryReading, error) { return memoryReading{total: 100, used: known(40)}, nil }
	b := newTestBench(t, src, nil)
	fail = errPassing
	b.second()
	b.second()
	md := b.report(b.now)
	assert.InDelta(t, 0.5, mustValue(t, md, genai.HostCPULimit), 0)
	assert.InDelta(t, 100, mustValue(t, md, genai.HostMemoryLimit), 0)
}

// A process that could not be read once is the same process: one point a metric, and the time in between counts.
func TestUnreadProcessIsTheSame(t *testing.T) {
	m := newMachine()
	m.run(7, 2000, 10, 100)
	src := m.source()
	read, fail := src.process, false
	src.process = func(pid int) (processReading, error) {
		if fail {
			return processReading{}, errPassing
		}
		return read(pid)
	}
	b := newTestBench(t, src, nil)
	fail = true
	b.second()
	fail = false
	m.run(7, 2000, 12, 300)
	b.second() // the look for new processes finds it
	md := b.report(b.now)
	require.Len(t, pointsOf(md, genai.ProcessCPUBusy), 1)
	require.Len(t, pointsOf(md, genai.ProcessMemoryAverage), 1)
	assert.InDelta(t, 0.5, mustValue(t, md, genai.ProcessCPUBusy), 1e-9, "2 s of CPU in 2 s on 2 CPUs")
	assert.InDelta(t, 300, mustValue(t, md, genai.ProcessMemoryPeak), 0)
	assert.InDelta(t, 300, mustValue(t, md, genai.ProcessMemoryUsage), 0)
}

// A process that runs another program (exec) belongs to the component of that, and no longer to the first one as well.
func TestProcessThatRunsAnotherProgram(t *testing.T) {
	m := newMachine()
	m.run(7, 2000, 10, 100)
	m.commands[7] = "bash start.sh"
	b := newTestBench(t, m.source(), func(c *Config) {
		c.Processes = append(c.Processes, ProcessConfig{Component: "shell", Match: MatchConfig{Command: "^bash"}})
	})
	b.second()
	mustValue(t, b.report(b.now), genai.ProcessMemoryUsage, "shell")
	m.commands[7] = "python agent.py"
	for range 2 {
		b.second()
		b.second()
		md := b.report(b.now)
		mustValue(t, md, genai.ProcessMemoryUsage, "agent")
		_, both := value(md, genai.ProcessMemoryUsage, "shell")
		assert.False(t, both)
	}
}

// A process that ended takes no place: one that is started in its stead is followed at once, and nothing is said to be left out.
func TestRestartAtTheCap(t *testing.T) {
	m := newMachine()
	m.run(7, 2000, 10, 100)
	b := newTestBench(t, m.source(), func(c *Config) { c.MaxProcesses = 1 })
	m.kill(7)
	m.run(8, 9000, 0, 200)
	b.second()
	b.second()
	md := b.report(b.now)
	assert.InDelta(t, 200, mustValue(t, md, genai.ProcessMemoryUsage, "8"), 0)
	assert.Zero(t, b.logs.Len())
	for pid := 9; pid < 99; pid++ { // and without reports the ended ones do not pile up
		m.kill(pid - 1)
		m.run(pid, int64(pid*100), 0, 200)
		b.second()
		b.second()
	}
	assert.LessOrEqual(t, len(b.follower.tracked), 2)
}
