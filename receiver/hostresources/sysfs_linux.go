package hostresources

import (
	"os"
	"path"
	"slices"
	"strings"
)

// diskPlace asks sysfs, which links a disk to its device on a bus, and a volume or an array to the disks below it.
func (p *procfs) diskPlace(name string) place {
	dir := path.Join(p.root, "sys/block", deviceName(name))
	return placeIn(dir, path.Join(dir, "slaves"), "")
}

// interfacePlace asks sysfs, which links an interface to its device on a bus, and a bond, bridge or VLAN to the interfaces below it
// that are in the same network namespace: eth0 of a container stands alone.
func (p *procfs) interfacePlace(name string) place {
	dir := path.Join(p.root, "sys/class/net", deviceName(name))
	return placeIn(dir, dir, "lower_")
}

func placeIn(dir, below, prefix string) place {
	if _, err := os.Stat(path.Join(dir, "device")); err == nil {
		return placeHardware
	}
	d, err := os.Open(below)
	if err != nil {
		return placeUnknown
	}
	defer func() { _ = d.Close() }()
	names, _ := d.Readdirnames(-1)
	if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, prefix) }) {
		return placeOnTop
	}
	return placeUnknown
}
