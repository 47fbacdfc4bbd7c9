package hostresources

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// What is virtual, by its name: traffic of a container, a tunnel or a bridge goes through a hardware interface, too, and what a loop
// device, a volume or an array does is done by a disk, so that sums over all would count it twice. The names are those of Linux,
// macOS and Windows, as patterns of path.Match.
var (
	virtualInterfaces = []string{
		"lo", "lo[0-9]*", "veth*", "cali*", "cni*", "flannel*", "docker*", "br-*", "virbr*", "vnet[0-9]*", "lxc*", "lxd*", "podman*",
		"cilium*", "weave*", "vxlan*", "geneve*", "kube-*", "nodelocaldns", "dummy*", "ifb*", "tun*", "tap*", "wg[0-9]*",
		"gre*", "erspan*", "sit[0-9]*", "ip6tnl*", "ip_vti*", "ip6_vti*", "ip6gre*",
		"utun*", "gif[0-9]*", "stf[0-9]*", "awdl*", "llw*", "bridge*", "vEthernet*", "Loopback*", "isatap*", "Teredo*",
	}
	virtualDisks = []string{"loop*", "ram[0-9]*", "zram*", "dm-*", "md[0-9]*", "md_*", "zd[0-9]*", "drbd*", "bcache*", "fd[0-9]*", "sr[0-9]*"}
)

// place is where a device stands, as far as the platform says.
type place int

const (
	placeUnknown  place = iota
	placeHardware       // can be touched, or a hypervisor shows it so
	placeOnTop          // what it does, another device does: a bond, a VLAN, a volume
)

// DevicesConfig chooses disks or network interfaces by name. Patterns are those of a shell: *, ? and [a-z].
type DevicesConfig struct {
	// Include are the devices to report; without it all that are not virtual.
	Include []string `mapstructure:"include"`
	// Exclude are left out, whatever Include says.
	Exclude []string `mapstructure:"exclude"`
}

func (c *DevicesConfig) validate(key string) (errs []error) {
	check := func(list string, patterns []string) {
		for i, p := range patterns {
			if _, err := path.Match(deviceName(p), ""); err != nil || p == "" {
				errs = append(errs, fmt.Errorf("%s.%s[%d] must be a name or a pattern with *, ? and [a-z], got %q", key, list, i, p))
			}
		}
	}
	check("include", c.Include)
	check("exclude", c.Exclude)
	return errs
}

// chooser says which devices of one kind are reported.
type chooser struct {
	DevicesConfig
	resource string
	virtual  []string
	limit    int
	read     func([]deviceReading) ([]deviceReading, error)
	place    func(name string) place // nil where the platform does not say
	faults   *faults
}

// readAll reads all devices. Where it fails there may be some; what is not among them may be there all the same.
func (c *chooser) readAll(now time.Time) (all []deviceReading, complete bool) {
	if c.read == nil {
		return nil, false
	}
	all, err := c.read(nil)
	return all, !c.faults.failed(c.resource, c.resource, err, now)
}

func byName(a, b deviceReading) int { return strings.Compare(a.name, b.name) }

// choose gives those of all devices that are reported, in order of name.
func (c *chooser) choose(all []deviceReading, now time.Time) []deviceReading {
	wanted := c.ranked(all)
	c.faults.dropped(c.resource, "max_devices", c.limit, len(wanted)-c.limit, now)
	wanted = wanted[:min(len(wanted), c.limit)]
	slices.SortFunc(wanted, byName)
	return wanted
}

// ranked leaves out what the configuration does not want, and partitions: what they do is counted on their disk, too. Where there are
// more than the cap allows, those that matter come first: hardware, then what is not virtual.
func (c *chooser) ranked(all []deviceReading) []deviceReading {
	names := make(map[string]bool, len(all))
	for i := range all {
		names[all[i].name] = true
	}
	all = slices.DeleteFunc(all, func(d deviceReading) bool {
		return !c.wants(d.name) || c.resource == resourceDisk && isPartition(d.name, names)
	})
	if len(all) <= c.limit {
		return all
	}
	ranks := make(map[string]int, len(all))
	for i := range all {
		ranks[all[i].name] = c.rank(all[i].name)
	}
	slices.SortFunc(all, func(a, b deviceReading) int {
		return cmp.Or(cmp.Compare(ranks[a.name], ranks[b.name]), byName(a, b))
	})
	return all
}

func (c *chooser) wants(name string) bool {
	if matchesAny(c.Exclude, name) {
		return false
	}
	if len(c.Include) > 0 {
		return matchesAny(c.Include, name)
	}
	return !matchesAny(c.virtual, name) && c.placeOf(name) != placeOnTop
}

func (c *chooser) placeOf(name string) place {
	if c.place == nil {
		return placeUnknown
	}
	return c.place(name)
}

func (c *chooser) rank(name string) int {
	where := c.placeOf(name)
	switch {
	case where == placeHardware:
		return 0
	case where == placeUnknown && !matchesAny(c.virtual, name):
		return 1
	}
	return 2
}

func matchesAny(patterns []string, name string) bool {
	name = deviceName(name)
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(deviceName(p), name)
		return ok && err == nil
	})
}

// deviceName is the name as sysfs has it: cciss!c0d0 for cciss/c0d0, of which * in a pattern would match only a half.
func deviceName(name string) string { return strings.ReplaceAll(name, "/", "!") }

// isPartition says that a name is that of another device and a number: sda1 of sda, nvme0n1p1 of nvme0n1.
func isPartition(name string, names map[string]bool) bool {
	disk := strings.TrimRight(name, "0123456789")
	if disk == name || disk == "" {
		return false
	}
	if names[disk] {
		return true
	}
	before, ok := strings.CutSuffix(disk, "p")
	return ok && before != strings.TrimRight(before, "0123456789") && names[before]
}
