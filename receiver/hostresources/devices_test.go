package hostresources

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// network is a machine with the interfaces of these names, each of which received a packet of 10 bytes.
func network(names ...string) *source {
	src := newMachine().source()
	src.interfaces = func(dst []deviceReading) ([]deviceReading, error) { return append(dst, counted(names)...), nil }
	return src
}

func counted(names []string) (all []deviceReading) {
	for _, name := range names {
		all = append(all, deviceReading{name: name, inBytes: 10, inOps: 1})
	}
	return all
}

// reported are the devices of a metric, in the order of its points.
func reported(t *testing.T, src *source, metric, attribute string, change func(*Config)) (names []string, b *testBench) {
	t.Helper()
	b = newTestBench(t, src, change)
	b.second()
	for _, p := range pointsOf(b.report(b.now), metric) {
		v, ok := p.Attributes().Get(attribute)
		require.True(t, ok)
		if len(names) == 0 || names[len(names)-1] != v.Str() { // both directions
			names = append(names, v.Str())
		}
	}
	return names, b
}

func TestInterfaces(t *testing.T) {
	node := []string{"lo", "eth0", "veth12ab", "cali0f3", "docker0", "br-77", "cni0", "flannel.1", "tunl0", "ifb0", "wg0", "ens5f0", "wlan0", "bond0", "eth0.100"}
	for name, tt := range map[string]struct {
		have, include, exclude []string
		onTop                  []string
		want                   []string
	}{
		"virtual ones are left out": {
			have: node, want: []string{"bond0", "ens5f0", "eth0", "eth0.100", "wlan0"},
		},
		"and what stands on another one": {
			have: node, onTop: []string{"bond0", "eth0.100"}, want: []string{"ens5f0", "eth0", "wlan0"},
		},
		"everything": {
			have: []string{"lo", "eth0", "bond0", "veth1"}, onTop: []string{"bond0"}, include: []string{"*"}, want: []string{"bond0", "eth0", "lo", "veth1"},
		},
		"those that are named": {have: node, include: []string{"eth?", "lo", "nothing"}, want: []string{"eth0", "lo"}},
		"without some":         {have: node, exclude: []string{"bond*", "eth0.*", "[we]*"}, want: nil},
		"exclude wins":         {have: node, include: []string{"eth*"}, exclude: []string{"eth0"}, want: []string{"eth0.100"}},
		"names that only begin so are not virtual": {
			have: []string{"lofar0", "mdadm", "wgate", "vnetwork"}, want: []string{"lofar0", "mdadm", "vnetwork", "wgate"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			src := network(tt.have...)
			src.interfacePlace = func(name string) place {
				if matchesAny(tt.onTop, name) {
					return placeOnTop
				}
				return placeUnknown
			}
			got, b := reported(t, src, genai.HostNetworkIO, genai.AttrNetworkInterface, func(c *Config) {
				c.Network = DevicesConfig{Include: tt.include, Exclude: tt.exclude}
			})
			assert.Equal(t, tt.want, got)
			assert.Zero(t, b.logs.Len())
		})
	}
}

func TestDisks(t *testing.T) {
	names := []string{
		"sda", "sda1", "sda12", "nvme0n1", "nvme0n1p1", "mmcblk0", "mmcblk0p2", "vda", "xvda1", "cciss/c0d0", "cciss/c0d0p1", "p1",
		"loop0", "loop12", "ram3", "zram0", "dm-0", "md127", "md_d0", "zd16", "sr0", "fd0",
	}
	for name, tt := range map[string]struct {
		include []string
		want    []string
	}{
		"whole ones":              {nil, []string{"cciss/c0d0", "mmcblk0", "nvme0n1", "p1", "sda", "vda", "xvda1"}},
		"a partition never":       {[]string{"sda*", "dm-*"}, []string{"dm-0", "sda"}},
		"a pattern goes over a /": {[]string{"cciss*"}, []string{"cciss/c0d0"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine()
			m.disks = counted(names)
			got, _ := reported(t, m.source(), genai.HostDiskIO, genai.AttrDevice, func(c *Config) { c.Disk.Include = tt.include })
			assert.Equal(t, tt.want, got)
		})
	}
}

// A node of a cluster has an interface for every pod, and the one that goes out comes after them in the alphabet.
func TestTheCapKeepsHardware(t *testing.T) {
	names := []string{"eth0", "uplink"}
	for i := range 64 {
		names = append(names, fmt.Sprintf("cali%03d", i))
	}
	everything := func(c *Config) { c.Network.Include = []string{"*"} }
	got, b := reported(t, network(names...), genai.HostNetworkIO, genai.AttrNetworkInterface, everything)
	assert.Len(t, got, 64)
	assert.Subset(t, got, []string{"eth0", "uplink", "cali000", "cali061"})
	assert.Equal(t, 1, b.logs.Len())

	src := network(names...)
	src.interfacePlace = func(name string) place {
		if name == "cali063" {
			return placeHardware
		}
		return placeUnknown
	}
	got, _ = reported(t, src, genai.HostNetworkIO, genai.AttrNetworkInterface, func(c *Config) {
		everything(c)
		c.MaxDevices = 2
	})
	assert.Equal(t, []string{"cali063", "eth0"}, got)

	got, b = reported(t, network(names...), genai.HostNetworkIO, genai.AttrNetworkInterface, func(c *Config) { c.MaxDevices = 2 })
	assert.Equal(t, []string{"eth0", "uplink"}, got)
	assert.Zero(t, b.logs.Len(), "what is left out by default is not beyond the cap")
}

// The sum over all devices is the machine's: each byte once.
func TestTotalsCountOnce(t *testing.T) {
	m := newMachine()
	m.disks = counted([]string{"sda", "sda1", "loop0", "dm-0"})
	src := m.source()
	src.interfaces = func(dst []deviceReading) ([]deviceReading, error) {
		return append(dst, counted([]string{"lo", "eth0", "docker0", "veth1"})...), nil
	}
	b := newTestBench(t, src, nil)
	md := b.report(b.now)
	for _, name := range []string{genai.HostDiskIO, genai.HostNetworkIO} {
		sum := int64(0)
		for _, p := range pointsOf(md, name) {
			sum += p.IntValue()
		}
		assert.EqualValues(t, 10, sum, name)
	}
}

func TestDevicesConfigErrors(t *testing.T) {
	cfg := defaultConfig()
	cfg.Disk = DevicesConfig{Include: []string{"sd[a", "sda"}, Exclude: []string{""}}
	cfg.Network.Exclude = []string{"eth0", "[]"}
	err := cfg.Validate()
	for _, want := range []string{
		`disk.include[0] must be a name or a pattern with *, ? and [a-z], got "sd[a"`, `disk.exclude[0] must be a name or a pattern with *, ? and [a-z], got ""`,
		`network.exclude[1] must be a name or a pattern with *, ? and [a-z], got "[]"`,
	} {
		require.ErrorContains(t, err, want)
	}
}
