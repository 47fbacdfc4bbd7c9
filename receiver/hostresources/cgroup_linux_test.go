package hostresources

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A directory under testdata/cgroup is a test case: the /proc and /sys of a machine with 8 CPUs and 16 GiB, and what is to be
// read there.
type cgroupWant struct {
	CPUs               float64
	CPUDir             string
	CPUUser            float64
	CPUSystem          float64
	Memory             uint64
	MemoryDir          string
	Used, Cached, Free uint64
	Swap               *uint64
}

func TestCgroupLimits(t *testing.T) {
	cases, err := filepath.Glob("testdata/cgroup/*")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(cases), 11)
	for _, dir := range cases {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(dir, "want.json"))
			require.NoError(t, err)
			var want cgroupWant
			require.NoError(t, json.Unmarshal(b, &want))
			checkCgroup(t, newCgroups(dir), want)
		})
	}
}

func checkCgroup(t *testing.T, c *cgroups, want cgroupWant) {
	l, err := c.limits(selfPID, 8, 16<<30)
	require.NoError(t, err)
	assert.Equal(t, want.CPUs, l.cpus)
	assert.Equal(t, want.CPUDir, l.cpu.dir)
	assert.Equal(t, want.Memory, l.memory)
	assert.Equal(t, want.MemoryDir, l.mem.dir)
	if assert.Equal(t, want.Swap != nil, l.swap.known) && want.Swap != nil {
		assert.Equal(t, *want.Swap, l.swap.value)
		_, ok := c.swapUsage(l.swp)
		assert.True(t, ok)
	}
	if l.cpus > 0 {
		modes, err := c.cpuUsage(l.cpu)
		require.NoError(t, err)
		assert.Equal(t, want.CPUUser, modes[modeUser])
		assert.Equal(t, want.CPUSystem, modes[modeSystem])
	}
	if l.memory > 0 {
		m, err := c.memoryUsage(l.mem, l.memory)
		require.NoError(t, err)
		assert.Equal(t, want.Used, m.used.value)
		assert.Equal(t, want.Cached, m.cached.value)
		assert.Equal(t, want.Free, m.free.value)
		assert.Equal(t, l.memory, m.used.value+m.cached.value+m.free.value, "the states add up to the limit")
		assert.Equal(t, l.memory-want.Used, m.available.value)
	}
}

// Neither a kernel without cgroups nor a process that ended between two readings is a fault.
func TestCgroupGone(t *testing.T) {
	_, err := newCgroups(t.TempDir()).limits(selfPID, 8, 16<<30)
	require.ErrorIs(t, err, errGone)
	_, err = newCgroups("/").limits(1<<30, 8, 16<<30)
	require.ErrorIs(t, err, errGone)
}

// Processes of one cgroup are looked up once between two looks at our own, and limits that change are seen.
func TestCgroupLimitsChange(t *testing.T) {
	maximum := "50000 100000"
	c := newCgroups("/")
	reads := 0
	c.read = func(name string) ([]byte, error) {
		switch name {
		case "/proc/self/cgroup", "/proc/7/cgroup":
			return []byte("0::/\n"), nil
		case "/proc/self/mountinfo":
			return []byte("31 25 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"), nil
		case "/sys/fs/cgroup/cpu.max":
			reads++
			return []byte(maximum), nil
		}
		return nil, os.ErrNotExist
	}
	for i, want := range []float64{0.5, 1.5} {
		for _, pid := range []int{selfPID, 7, 7} {
			l, err := c.limits(pid, 8, 16<<30)
			require.NoError(t, err)
			assert.Equal(t, want, l.cpus)
		}
		assert.Equal(t, i+1, reads)
		maximum = "150000 100000"
	}
}

// A usage file that vanishes or holds nonsense is an error and not a reading of 0.
func TestCgroupUsageUnreadable(t *testing.T) {
	c := newCgroups(t.TempDir())
	for _, g := range []group{{dir: "/x"}, {dir: "/x", v1: true}} {
		_, err := c.cpuUsage(g)
		require.ErrorIs(t, err, os.ErrNotExist)
		_, err = c.memoryUsage(g, 1<<30)
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	c.read = func(string) ([]byte, error) { return []byte("nonsense\n"), nil }
	_, err := c.cpuUsage(group{})
	require.ErrorIs(t, err, errMalformed)
	_, err = c.memoryUsage(group{}, 1<<30)
	require.ErrorIs(t, err, errMalformed)
}

func TestCountCPUs(t *testing.T) {
	for list, want := range map[string]int{
		"0": 1, "0-3": 4, "0-3,8\n": 5, "0,2,4-5": 4, "": 0, "\n": 0, "x": 0, "3-1": 0, "0-": 0, "0-99999999": 0,
	} {
		assert.Equal(t, want, countCPUs(list), "%q", list)
	}
}

func TestMountInfoEscapes(t *testing.T) {
	_, v2 := parseMounts(`31 25 0:28 / /mnt/my\040cgroups rw - cgroup2 cgroup2 rw`)
	require.NotNil(t, v2)
	assert.Equal(t, "/mnt/my cgroups", v2.dir)
}

// A container into which the host's /sys is mounted, as agents that watch a machine have it, has its own limits all the same.
func TestHostsCgroupsBeside(t *testing.T) {
	v1, v2 := parseMounts(`
100 25 0:28 / /sys/fs/cgroup ro - cgroup2 cgroup rw
101 25 0:31 /docker/a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
102 25 0:28 /../.. /host/sys/fs/cgroup ro - cgroup2 cgroup rw
103 25 0:31 / /host/sys/fs/cgroup/memory ro - cgroup cgroup rw,memory`)
	require.NotNil(t, v2)
	assert.Equal(t, mountPoint{"/", "/sys/fs/cgroup"}, *v2)
	assert.Equal(t, mountPoint{"/docker/a", "/sys/fs/cgroup/memory"}, v1["memory"])

	_, v2 = parseMounts("100 25 0:28 /a /sys/fs/cgroup ro - cgroup2 cgroup rw\n101 25 0:28 /b /sys/fs/cgroup ro - cgroup2 cgroup rw")
	assert.Equal(t, "/b", v2.root, "mounted over the first")
}

// A quota in a cgroup whose CPU time is counted nowhere but for the whole machine is no limit: the machine's use was held against it.
func TestQuotaWithoutACount(t *testing.T) {
	files := map[string]string{
		"/proc/self/mountinfo":             "1 0 0:1 / /cg/cpu rw - cgroup cgroup rw,cpu\n2 0 0:2 / /cg/cpuacct rw - cgroup cgroup rw,cpuacct\n",
		"/cg/cpu/agents/cpu.cfs_quota_us":  "50000\n",
		"/cg/cpu/agents/cpu.cfs_period_us": "100000\n",
	}
	c := newCgroups("/")
	c.read = func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
	for counted, want := range map[string]limits{
		"/":       {},
		"/other":  {cpus: 0.5, cpu: group{dir: "/cg/cpuacct/other", v1: true}},
		"/agents": {cpus: 0.5, cpu: group{dir: "/cg/cpuacct/agents", v1: true}},
	} {
		files["/proc/self/cgroup"] = "2:cpuacct:" + counted + "\n1:cpu:/agents\n"
		l, err := c.limits(selfPID, 8, 16<<30)
		require.NoError(t, err)
		assert.Equal(t, want, l, counted)
	}
}
