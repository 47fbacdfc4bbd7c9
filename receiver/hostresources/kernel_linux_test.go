package hostresources

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two readings of a moving value with ours between them: ours must lie in between.

func field(t *testing.T, file, key string) uint64 {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == key {
			v, err := strconv.ParseUint(f[1], 10, 64)
			require.NoError(t, err)
			return v
		}
	}
	t.Fatalf("%s has no %s", file, key)
	return 0
}

func TestAgreesWithProc(t *testing.T) {
	s := platformSource()

	before := field(t, "/proc/vmstat", "pgfault")
	a, err := s.activity()
	require.NoError(t, err)
	faults := a.minorFaults.value + a.majorFaults.value
	assert.GreaterOrEqual(t, faults, before)
	assert.LessOrEqual(t, faults, field(t, "/proc/vmstat", "pgfault"))

	user := field(t, "/proc/stat", "cpu")
	cpus, err := s.cpus(nil)
	require.NoError(t, err)
	sum := 0.0
	for _, c := range cpus {
		sum += c.modes[modeUser]
	}
	// The line "cpu" rounds its sum down once, each CPU's line its own.
	assert.GreaterOrEqual(t, sum*userHZ, float64(user)-float64(len(cpus))-0.5)
	assert.LessOrEqual(t, sum*userHZ, float64(field(t, "/proc/stat", "cpu"))+0.5)

	m, err := s.memory()
	require.NoError(t, err)
	assert.Equal(t, field(t, "/proc/meminfo", "MemTotal:")<<10, m.total)
	assert.Equal(t, field(t, "/proc/meminfo", "SwapTotal:")<<10, m.swapTotal)
	assert.Equal(t, m.total, m.used.value+m.available.value)
	assert.LessOrEqual(t, m.free.value+m.buffers.value+m.cached.value, m.total)

	boot, err := s.bootTime()
	require.NoError(t, err)
	assert.Equal(t, field(t, "/proc/stat", "btime"), uint64(boot.Unix()))
}

// gopsutil reads the same files with other code.
func TestAgreesWithGopsutil(t *testing.T) {
	own, other := platformSource(), newGopsutilSource()

	a, err := own.cpus(nil)
	require.NoError(t, err)
	b, err := other.cpus(nil)
	require.NoError(t, err)
	require.Len(t, b, len(a))
	assert.Equal(t, own.cpuModes, other.cpuModes)
	for i := range a {
		for m := range a[i].modes {
			assert.InDelta(t, a[i].modes[m], b[i].modes[m], 5, "CPU %d, %s", i, modeNames[m])
		}
	}
	r, err := own.process(os.Getpid())
	require.NoError(t, err)
	q, err := other.process(os.Getpid())
	require.NoError(t, err)
	assert.WithinDuration(t, q.created, r.created, time.Second)
	assert.InDelta(t, float64(q.rss), float64(r.rss), 64<<20)

	for what, read := range map[string]func(*source, int) (string, error){
		"name":    func(s *source, pid int) (string, error) { return s.name(pid) },
		"command": func(s *source, pid int) (string, error) { return s.command(pid) },
	} {
		mine, err := read(own, os.Getpid())
		require.NoError(t, err)
		theirs, err := read(other, os.Getpid())
		require.NoError(t, err)
		assert.Equal(t, theirs, mine, what)
	}

	disks, err := own.disks(nil)
	require.NoError(t, err)
	theirs, err := other.disks(nil)
	require.NoError(t, err)
	assertDevices(t, disks, theirs)
	interfaces, err := own.interfaces(nil)
	require.NoError(t, err)
	theirs, err = other.interfaces(nil)
	require.NoError(t, err)
	require.Len(t, theirs, len(interfaces))
	assertDevices(t, interfaces, theirs)
}

// assertDevices wants each device there and counting no less than a moment before.
func assertDevices(t *testing.T, before, after []deviceReading) {
	t.Helper()
	for _, d := range before {
		found := false
		for _, e := range after {
			if e.name == d.name {
				found = true
				assert.False(t, fellBack(d, e), "%+v then %+v", d, e)
				assert.InDelta(t, float64(d.inOps), float64(e.inOps), 1e5)
			}
		}
		assert.True(t, found, d.name)
	}
}

// What the process itself knows of itself.
func TestReadsItself(t *testing.T) {
	s := platformSource()
	pid := os.Getpid()
	pids, err := s.pids(nil)
	require.NoError(t, err)
	assert.Contains(t, pids, pid)

	n, err := s.openFiles(pid)
	require.NoError(t, err)
	var files []*os.File
	for range 50 {
		f, err := os.Open(os.DevNull)
		require.NoError(t, err)
		files = append(files, f)
	}
	more, err := s.openFiles(pid)
	require.NoError(t, err)
	assert.InDelta(t, n+50, more, 10)
	for _, f := range files {
		require.NoError(t, f.Close())
	}

	high, err := s.highWater(pid)
	require.NoError(t, err)
	assert.LessOrEqual(t, high, 64*field(t, "/proc/self/status", "VmHWM:")<<10)
	assert.GreaterOrEqual(t, field(t, "/proc/self/status", "VmHWM:")<<10, high)

	name, err := s.name(pid)
	require.NoError(t, err)
	exe, err := os.Executable()
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(exe, "/"+name), "%s, %s", exe, name)

	_, err = s.process(1 << 30)
	require.ErrorIs(t, err, errGone)
	runtime.KeepAlive(files)
}

func TestParseProcess(t *testing.T) {
	line := "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 1100 1200 13 14 15 16 17 18 77 20 99 21"
	s, ok := parseProcess([]byte(line))
	require.True(t, ok)
	assert.Equal(t, processStat{state: 'S', user: 1100, system: 1200, started: 77, pages: 99}, s)
	for _, bad := range []string{"", "42", "42 (a", "42 (a)", "42 (a) S", "42 (a) S 1 2 3 4 5 6 7 8 9 10 x 12 13 14 15 16 17 18 77 20 99"} {
		_, ok := parseProcess([]byte(bad))
		assert.False(t, ok, "%q", bad)
	}
}

func TestParseMemory(t *testing.T) {
	const old = "MemTotal: 1000 kB\nMemFree: 200 kB\nBuffers: 50 kB\nCached: 300 kB\nSReclaimable: 50 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n"
	m, ok := parseMemory([]byte(old))
	require.True(t, ok)
	assert.Equal(t, memoryReading{
		total: 1000 << 10, used: known(400 << 10), free: known(200 << 10), buffers: known(50 << 10), cached: known(350 << 10),
		swapTotal: 10 << 10, swapFree: 4 << 10,
	}, m, "without MemAvailable")
	m, ok = parseMemory([]byte(old + "MemAvailable: 550 kB\n"))
	require.True(t, ok)
	assert.Equal(t, known(450<<10), m.used)
	assert.Equal(t, known(550<<10), m.available)
	v, ok := m.swapUtilization()
	assert.True(t, ok)
	assert.Equal(t, 0.6, v)
	_, ok = parseMemory([]byte("MemFree: 200 kB\n"))
	assert.False(t, ok)
}

func FuzzParsers(f *testing.F) {
	for _, name := range []string{"stat", "meminfo", "vmstat", "loadavg", "diskstats", "net/dev", "self/stat", "self/mountinfo"} {
		b, err := os.ReadFile("/proc/" + name)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		last := -1
		for _, c := range parseCPUs(b, nil) {
			for _, v := range c.modes {
				assert.GreaterOrEqual(t, v, 0.0)
			}
			last = c.number
		}
		assert.GreaterOrEqual(t, last, -1)
		parseMemory(b)
		parsePaging(b)
		parseLoad(b)
		parseProcess(b)
		for line := range lines(b) {
			parseDisk(line)
			parseInterface(line)
		}
		parseMounts(string(b))
		if n := countCPUs(string(b)); n < 0 {
			t.Fatal(n)
		}
		for _, level := range levels("/docker", string(b)) {
			if strings.HasPrefix(level, "/") {
				t.Fatalf("level %q is not below the mount", level)
			}
		}
	})
}
