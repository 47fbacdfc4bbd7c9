package hostresources

import (
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// cgroups reads limits below root, which is "/" outside of tests.
type cgroups struct {
	root string
	read func(name string) ([]byte, error)

	v1     map[string]mountPoint // mounts do not change while we run: they are read once
	v2     *mountPoint
	mounts bool
	// found holds what was found for each membership (the text of /proc/PID/cgroup) since the receiver last asked for its own:
	// processes of one container are in one cgroup.
	found map[string]limits
}

func newCgroups(root string) *cgroups { return &cgroups{root: root, read: os.ReadFile} }

// hierarchy is the way from the cgroup of a process up to where its hierarchy is mounted: all that can be seen of it.
type hierarchy struct {
	mount  string
	levels []string // paths below mount, the nearest first; the last is ""
	v1     bool
}

func (h hierarchy) at(level string) group { return group{dir: path.Join(h.mount, level), v1: h.v1} }

// limits finds what applies to a process. The tightest limit on the way up wins, and among equal ones the nearest: usage is then
// that of the cgroup which has the limit, siblings included, because the kernel charges them together. A limit that is no less
// than the machine is none. memory.high is none either: the kernel slows a cgroup down there, but lets it go on.
func (c *cgroups) limits(pid, hostCPUs int, hostMemory uint64) (limits, error) {
	membership, err := c.membership(pid)
	if err != nil {
		return limits{}, err
	}
	if pid == selfPID {
		c.found = map[string]limits{}
	} else if l, ok := c.found[membership]; ok {
		return l, nil
	}
	of := c.hierarchies(membership)
	var l limits
	c.cpuLimit(of, float64(hostCPUs), &l)
	c.memoryLimit(of, hostMemory, &l)
	if c.found != nil {
		c.found[membership] = l
	}
	return l, nil
}

func (c *cgroups) cpuLimit(of map[string]hierarchy, host float64, l *limits) {
	best := host
	sets := of["cpuset"]
	for _, level := range sets.levels {
		n, ok := c.cpuset(sets.at(level))
		// The effective set shrinks on the way down: the highest level with our set is the one that was restricted.
		if ok && float64(n) <= best && float64(n) < host && l.limitCPU(of, level, float64(n)) {
			best = float64(n)
		}
	}
	quotas := of["cpu"]
	for _, level := range quotas.levels {
		if q, ok := c.quota(quotas.at(level)); ok && q < best && l.limitCPU(of, level, q) {
			best = q
		}
	}
}

// limitCPU takes the limit of a level. In cgroup v1 CPU time is counted in a hierarchy of its own, which may be mounted with other paths:
// there the level itself is taken where it exists and the process's own cgroup where it does not. Where that is the top, which counts
// the whole machine, nothing can be held against the limit, and it is none.
func (l *limits) limitCPU(of map[string]hierarchy, level string, cpus float64) bool {
	h, ok := of["cpuacct"]
	if !ok {
		h = of["cpu"]
	}
	if len(h.levels) == 0 {
		return false
	}
	if !slices.Contains(h.levels, level) {
		if level = h.levels[0]; level == "" {
			return false
		}
	}
	l.cpus, l.cpu = cpus, h.at(level)
	return true
}

func (c *cgroups) memoryLimit(of map[string]hierarchy, host uint64, l *limits) {
	h := of["memory"]
	file, best := "memory.max", host
	if h.v1 {
		file = "memory.limit_in_bytes"
	}
	for _, level := range h.levels {
		g := h.at(level)
		if v, ok := c.number(g, file); ok && v > 0 && v < best {
			best = v
			l.memory, l.mem = v, g
		}
		if h.v1 {
			// Names the limit of ancestors, too, that a container cannot see.
			if v, ok := statValue([]byte(c.text(g, "memory.stat")), "hierarchical_memory_limit"); ok && v > 0 && v < best {
				best = v
				l.memory, l.mem = v, g
			}
			continue
		}
		if v, ok := c.number(g, "memory.swap.max"); ok && (!l.swap.known || v < l.swap.value) {
			l.swap, l.swp = known(v), g
		}
	}
}

// quota is how many CPUs a cgroup may use: quota divided by period.
func (c *cgroups) quota(g group) (float64, bool) {
	if g.v1 {
		quota, ok := c.number(g, "cpu.cfs_quota_us") // -1 is none
		period, ok2 := c.number(g, "cpu.cfs_period_us")
		return float64(quota) / float64(period), ok && ok2 && quota > 0 && period > 0
	}
	f := strings.Fields(c.text(g, "cpu.max"))
	if len(f) != 2 {
		return 0, false
	}
	quota, err := strconv.ParseUint(f[0], 10, 64) // "max" is none
	period, err2 := strconv.ParseUint(f[1], 10, 64)
	return float64(quota) / float64(period), err == nil && err2 == nil && quota > 0 && period > 0
}

func (c *cgroups) cpuset(g group) (int, bool) {
	names := []string{"cpuset.cpus.effective", "cpuset.cpus"}
	if g.v1 {
		names[0] = "cpuset.effective_cpus"
	}
	for _, name := range names {
		if n := countCPUs(c.text(g, name)); n > 0 {
			return n, true
		}
	}
	return 0, false
}

// countCPUs counts a list such as "0-3,8". 0 is an empty or unreadable list.
func countCPUs(list string) int {
	n := 0
	for part := range strings.SplitSeq(strings.TrimSpace(list), ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		a, err := strconv.ParseUint(first, 10, 16)
		b, err2 := strconv.ParseUint(last, 10, 16)
		if err != nil || err2 != nil || b < a {
			return 0
		}
		n += int(b-a) + 1 //nolint:gosec // both fit 16 bits
	}
	return n
}

// cpuUsage is the CPU time a cgroup has used in seconds, by the modes user and system.
func (c *cgroups) cpuUsage(g group) ([numModes]float64, error) {
	name, user, system, unit := "cpu.stat", "user_usec", "system_usec", 1e-6
	if g.v1 {
		name, user, system, unit = "cpuacct.stat", "user", "system", 1.0/userHZ
	}
	var modes [numModes]float64
	b, err := c.read(c.file(g, name))
	if err != nil {
		return modes, err
	}
	u, ok := statValue(b, user)
	s, ok2 := statValue(b, system)
	if !ok || !ok2 {
		return modes, malformed(c.file(g, name))
	}
	modes[modeUser], modes[modeSystem] = float64(u)*unit, float64(s)*unit
	return modes, nil
}

// memoryUsage is what a cgroup has: page cache that the kernel can drop at once (inactive_file) is cached, all else is used, the
// way container runtimes and the kubelet count.
func (c *cgroups) memoryUsage(g group, limit uint64) (memoryReading, error) {
	usage, cache := "memory.current", "inactive_file"
	if g.v1 {
		usage, cache = "memory.usage_in_bytes", "total_inactive_file"
	}
	b, err := c.read(c.file(g, usage))
	if err != nil {
		return memoryReading{}, err
	}
	current, ok := parseNumber(b)
	if !ok {
		return memoryReading{}, malformed(c.file(g, usage))
	}
	b, err = c.read(c.file(g, "memory.stat"))
	if err != nil {
		return memoryReading{}, err
	}
	inactive, _ := statValue(b, cache)
	inactive = min(inactive, current)
	used := current - inactive
	return memoryReading{
		total:     limit,
		used:      known(used),
		cached:    known(inactive),
		free:      known(limit - min(current, limit)),
		available: known(limit - min(used, limit)),
	}, nil
}

// swapUsage is the swap a cgroup (v2) uses, in bytes.
func (c *cgroups) swapUsage(g group) (uint64, bool) { return c.number(g, "memory.swap.current") }

func (c *cgroups) file(g group, name string) string { return path.Join(c.root, g.dir, name) }

func (c *cgroups) text(g group, name string) string {
	b, err := c.read(c.file(g, name))
	if err != nil {
		return "" // no such file is how a cgroup says that it has no such limit
	}
	return string(b)
}

// number reads a file with one number; "max", -1 and cgroup v1's "nearly 2^63" are no number.
func (c *cgroups) number(g group, name string) (uint64, bool) {
	b, err := c.read(c.file(g, name))
	if err != nil {
		return 0, false
	}
	v, ok := parseNumber(b)
	return v, ok && v < math.MaxInt64-(1<<20)
}
