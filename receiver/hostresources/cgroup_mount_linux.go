package hostresources

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// controllers are those that say what a process may use. cpuacct has no limits but counts the CPU time in cgroup v1.
var controllers = []string{"cpu", "cpuacct", "cpuset", "memory"}

// mountPoint is one mounted cgroup hierarchy.
type mountPoint struct {
	root string // the cgroup that is mounted: "/" or, in a container, often the container's own
	dir  string
}

// membership is what /proc says of the cgroups of a process, or of the receiver itself (selfPID). errGone is a process that has
// ended, or a kernel without cgroups.
func (c *cgroups) membership(pid int) (string, error) {
	self := "self"
	if pid != selfPID {
		self = strconv.Itoa(pid)
	}
	b, err := c.read(path.Join(c.root, "proc", self, "cgroup"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return "", errGone
	}
	if err != nil || c.mounts {
		return string(b), err
	}
	mountinfo, err := c.read(path.Join(c.root, "proc/self/mountinfo"))
	if err != nil {
		return "", err
	}
	c.v1, c.v2 = parseMounts(string(mountinfo))
	c.mounts = true
	return string(b), nil
}

// hierarchies finds, for each controller, the hierarchy that a process is in. A controller that is bound to cgroup v1 is looked
// for there, the others in cgroup v2.
func (c *cgroups) hierarchies(membership string) map[string]hierarchy {
	v1, v2 := c.v1, c.v2
	of := map[string]hierarchy{}
	for line := range strings.Lines(membership) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(f) != 3 {
			continue
		}
		names := strings.Split(f[1], ",")
		for _, name := range controllers {
			m, isV1 := v1[name]
			switch {
			case isV1 && slices.Contains(names, name):
				of[name] = hierarchy{mount: m.dir, levels: levels(m.root, f[2]), v1: true}
			case !isV1 && f[0] == "0" && v2 != nil && name != "cpuacct":
				of[name] = hierarchy{mount: v2.dir, levels: levels(v2.root, f[2])}
			}
		}
	}
	return of
}

// parseMounts reads /proc/self/mountinfo: "36 35 98:0 /root /dir options - type source superoptions". A hierarchy that is there twice, as
// where a container has the host's /sys besides, is the one that was mounted first: the container's own. What is mounted over it, in the
// same place, hides it.
func parseMounts(mountinfo string) (v1 map[string]mountPoint, v2 *mountPoint) {
	v1 = map[string]mountPoint{}
	for line := range strings.Lines(mountinfo) {
		before, after, ok := strings.Cut(line, " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 6 || len(g) < 3 {
			continue
		}
		m := mountPoint{root: unescape(f[3]), dir: unescape(f[4])}
		switch g[0] {
		case "cgroup2":
			if v2 == nil || v2.dir == m.dir {
				v2 = &m
			}
		case "cgroup":
			for name := range strings.SplitSeq(g[2], ",") {
				if own, ok := v1[name]; !ok || own.dir == m.dir {
					v1[name] = m
				}
			}
		}
	}
	return v1, v2
}

// levels lists the way from a process's cgroup up to the mount. A path outside of what is mounted (another cgroup namespace, or a
// container that sees the host's path but mounts its own cgroup) leaves the mount itself.
func levels(root, cgroup string) []string {
	rel := ""
	if !strings.HasPrefix(cgroup, "/..") {
		switch {
		case root == "/":
			rel = strings.Trim(cgroup, "/")
		case strings.HasPrefix(cgroup, root+"/"):
			rel = strings.Trim(cgroup[len(root):], "/")
		}
	}
	var out []string
	for rel != "" {
		out = append(out, rel)
		if rel = path.Dir(rel); rel == "." {
			rel = ""
		}
	}
	return append(out, "")
}

// unescape undoes the octal escapes of mountinfo for blank, tab, newline and backslash.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
