package hostresources

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	childEnv     = "HOSTRESOURCES_TEST_CHILD"
	touchedBytes = 500 << 20
	memoryLimit  = 1 << 30
	cpuQuota     = 0.5 // CPUs
)

// The test binary is also the load: with childEnv set it obeys its standard input.
func init() {
	if os.Getenv(childEnv) != "" {
		child()
		os.Exit(0)
	}
}

func child() {
	var block []byte
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		switch in.Text() {
		case "burn": // one core, until it has used 600 ms of CPU time
			for begin := usedCPU(); usedCPU()-begin < 600*time.Millisecond; {
				for i := range 1_000_000 {
					_ = i
				}
			}
		case "touch":
			// Not from Go's heap, whose collector, and race detector, have ideas of their own.
			var err error
			block, err = syscall.Mmap(-1, 0, touchedBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
			if err != nil {
				panic(err)
			}
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
		case "free":
			if err := syscall.Munmap(block); err != nil {
				panic(err)
			}
		}
		fmt.Println(usedCPU().Nanoseconds())
	}
}

func usedCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loadChild is a process process that does what it is told and says how much CPU time it has used.
type loadChild struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startLoad(t *testing.T) *loadChild {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	l := &loadChild{cmd: exec.Command(exe)}
	l.cmd.Env = append(os.Environ(), childEnv+"=1")
	l.in, err = l.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := l.cmd.StdoutPipe()
	require.NoError(t, err)
	l.out = bufio.NewScanner(out)
	require.NoError(t, l.cmd.Start())
	t.Cleanup(func() {
		_ = l.in.Close()
		_ = l.cmd.Wait()
	})
	return l
}

func (l *loadChild) do(t *testing.T, what string) time.Duration {
	t.Helper()
	_, err := fmt.Fprintln(l.in, what)
	require.NoError(t, err)
	require.True(t, l.out.Scan())
	ns, err := strconv.ParseInt(l.out.Text(), 10, 64)
	require.NoError(t, err)
	return time.Duration(ns)
}

// makeCgroup makes a cgroup with half a CPU and 1 GiB, if this machine lets us, in either version. It returns its directories: to
// be called before the process that joins starts, so that it is removed after the process has ended.
func makeCgroup(t *testing.T) []string {
	t.Helper()
	const root = "/sys/fs/cgroup"
	memory, cpu := strconv.Itoa(memoryLimit), "50000"
	if _, err := os.Stat(root + "/cgroup.controllers"); err == nil {
		return makeDirs(t, map[string]map[string]string{root: {"cpu.max": cpu + " 100000", "memory.max": memory}})
	}
	dirs := map[string]map[string]string{
		root + "/memory": {"memory.limit_in_bytes": memory},
		root + "/cpu":    {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": cpu},
	}
	if _, err := os.Readlink(root + "/cpuacct"); err != nil {
		dirs[root+"/cpuacct"] = nil // else it is one hierarchy with cpu
	}
	return makeDirs(t, dirs)
}

// makeDirs makes a cgroup of one name in each hierarchy, or gives nil.
func makeDirs(t *testing.T, parents map[string]map[string]string) (dirs []string) {
	t.Helper()
	name := fmt.Sprintf("hostresources-test-%d-%d", os.Getpid(), time.Now().UnixNano())
	for parent, files := range parents {
		dir := filepath.Join(parent, name)
		if os.Mkdir(dir, 0o755) != nil { //nolint:gosec // a cgroup, as cgroups are
			return nil
		}
		t.Cleanup(func() {
			for range 100 { // the cgroup of a process that has just ended is busy for a moment
				if os.Remove(dir) == nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		for file, text := range files {
			if os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600) != nil {
				return nil
			}
		}
		dirs = append(dirs, dir)
	}
	return dirs
}

// join moves a process into the cgroup and says whether that is where it is.
func join(dirs []string, pid int) bool {
	for _, dir := range dirs {
		if os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o600) != nil {
			return false
		}
	}
	return len(dirs) > 0
}

// The load is known from the child itself (getrusage) and from what it was told to touch; readings are taken between its steps, so
// nothing depends on how fast the machine is. Where no cgroup can be made the same is checked against the whole machine.
func TestKnownLoad(t *testing.T) {
	dirs := makeCgroup(t)
	l := startLoad(t)
	pid := l.cmd.Process.Pid
	confined := join(dirs, pid)
	src := platformSource()
	own := src.limits
	src.limits = func(_, cpus int, memory uint64) (limits, error) { return own(pid, cpus, memory) } // as if we were in its cgroup
	b := newTestBench(t, src, func(c *Config) {
		c.SampleInterval, c.CollectionInterval = minSampleInterval, time.Hour
		c.Cgroup = confined // else the tests may run inside of limits that are not ours
		c.Processes = []ProcessConfig{{Component: "load", Match: MatchConfig{PIDFile: pidFile(t, pid)}}}
	})
	b.hostReader.at, b.sampled, b.discovered = time.Time{}, time.Time{}, time.Time{}
	b.follower.tracked = nil
	sample := func() time.Time { now := time.Now(); b.sample(now); return now }

	idle := l.do(t, "rest")
	begin := sample()
	time.Sleep(2 * minSampleInterval)
	sample()
	before := l.do(t, "touch")
	burning := sample()
	time.Sleep(minSampleInterval) // a sample that comes too soon after the last one is left out
	after := l.do(t, "burn")
	end := sample()
	md := b.report(end)

	cpus := mustValue(t, md, genai.HostCPULimit)
	average := (after - idle).Seconds() / end.Sub(begin).Seconds() / cpus
	peak := (after - before).Seconds() / end.Sub(burning).Seconds() / cpus
	const tick = 3.0 / userHZ // start and end of an interval fall between two ticks, for each mode
	tolerance := tick/end.Sub(burning).Seconds()/cpus + 0.05
	assert.InDelta(t, min(average, 1), mustValue(t, md, genai.ProcessCPUBusy, "load"), tolerance)
	assert.GreaterOrEqual(t, mustValue(t, md, genai.ProcessCPUPeak, "load"), min(peak, 1)-tolerance)
	assert.GreaterOrEqual(t, mustValue(t, md, genai.ProcessMemoryPeak, "load"), float64(touchedBytes))
	assert.Less(t, mustValue(t, md, genai.ProcessMemoryUsage, "load"), 1.3*touchedBytes)

	if confined {
		assert.Equal(t, cpuQuota, cpus)
		assert.Equal(t, float64(memoryLimit), mustValue(t, md, genai.HostMemoryLimit))
		assert.InDelta(t, min(average, 1), mustValue(t, md, genai.HostCPUBusy), tolerance)
		assert.GreaterOrEqual(t, mustValue(t, md, genai.HostCPUPeak), min(peak, 1)-tolerance)
		assert.InDelta(t, 0.5, mustValue(t, md, genai.HostMemoryPeak), 0.1)
	} else {
		t.Log("no cgroup could be made: checked against the whole machine")
		assert.Equal(t, float64(runtime.NumCPU()), cpus)
	}

	l.do(t, "free")
	time.Sleep(minSampleInterval)
	b.report(sample()) // in this interval the memory was still held at first
	time.Sleep(minSampleInterval)
	md = b.report(sample())
	assert.Less(t, mustValue(t, md, genai.ProcessMemoryUsage, "load"), 0.5*touchedBytes, "freed")
	assert.Less(t, mustValue(t, md, genai.ProcessMemoryPeak, "load"), 0.5*touchedBytes, "the peak is that of this interval")
	assert.GreaterOrEqual(t, mustValue(t, md, genai.ProcessMemoryHighWater, "load"), float64(touchedBytes), "the kernel remembers")
	if confined {
		assert.Less(t, mustValue(t, md, genai.HostMemoryPeak), 0.3)
	}
}

func pidFile(t *testing.T, pid int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "load.pid")
	require.NoError(t, os.WriteFile(name, []byte(strconv.Itoa(pid)+"\n"), 0o600))
	return name
}

// The kernel's own refusal: this thread gives up root for good, so it ends with the goroutine that is locked to it. Process 1 is
// another user's, also for those who run the tests without being root, but in a container that runs as one user only.
func TestOtherUsersProcess(t *testing.T) {
	var n int
	var err error
	var r processReading
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked
		if os.Getuid() == 0 {
			const nobody = 65534
			if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, nobody, nobody, nobody); errno != 0 {
				done <- errno
				return
			}
		}
		s := platformSource()
		r, _ = s.process(1)
		n, err = s.openFiles(1)
		done <- nil
	}()
	require.NoError(t, <-done)
	info, statErr := os.Stat("/proc/1")
	require.NoError(t, statErr)
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 0 && int(owner) == os.Getuid() {
		require.NoError(t, err)
		assert.Positive(t, n)
	} else {
		require.ErrorIs(t, err, os.ErrPermission)
		assert.Zero(t, n)
	}
	assert.False(t, r.created.IsZero(), "CPU and memory are everyone's to read")
}

func TestMatchers(t *testing.T) {
	l := startLoad(t)
	pid := l.cmd.Process.Pid
	l.do(t, "rest")
	src := platformSource()
	name, err := src.name(pid)
	require.NoError(t, err)
	command, err := src.command(pid)
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(command, name))
	for what, match := range map[string]MatchConfig{
		"name": {Name: name}, "command": {Command: regexp.QuoteMeta(name) + "$"}, "pid_file": {PIDFile: pidFile(t, pid)},
	} {
		m, err := newMatcher(src, []ProcessConfig{
			{Component: "gateway", Match: MatchConfig{Self: true}},
			{Component: "load", Match: match},
			{Component: "late", Match: MatchConfig{Command: "."}},
		})
		require.NoError(t, err)
		m.refresh(nil, time.Now())
		component, ok, err := m.component(pid)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, "load", component, what)
		component, _, err = m.component(os.Getpid())
		require.NoError(t, err)
		assert.Equal(t, "gateway", component, "the first entry that matches")
	}
}
