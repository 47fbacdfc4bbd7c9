package hostresources

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func TestDeviceStarts(t *testing.T) {
	boot, at := time.Unix(1000, 0), time.Unix(5000, 0)
	tick := func() time.Time { at = at.Add(10 * time.Second); return at }
	s := deviceSeries{kind: &diskKind}
	starts := func(names ...string) (all []time.Time) {
		for _, name := range names {
			all = append(all, s.known[name].start)
		}
		return all
	}
	first := tick()
	s.update([]deviceReading{{name: "a", inBytes: 9}, {name: "b", outOps: 9}}, true, boot, first)
	assert.Equal(t, []time.Time{boot, boot}, starts("a", "b"))
	s.update([]deviceReading{{name: "a", inBytes: 9}, {name: "b", outOps: 3}, {name: "c"}}, true, boot, tick())
	assert.Equal(t, []time.Time{boot, first, first}, starts("a", "b", "c"), "b fell back and c is new: both began after the first report")
	s.update([]deviceReading{{name: "a", inBytes: 10}, {name: "b", outOps: 4}}, true, boot, tick())
	assert.Equal(t, []time.Time{boot, first}, starts("a", "b"))
	assert.Len(t, s.known, 2, "a device that is gone and was not reported is forgotten")
}

// bytesRead is what a disk has read, as the report says.
func bytesRead(t *testing.T, md pmetric.Metrics, disk string) float64 {
	t.Helper()
	return mustValue(t, md, genai.HostDiskIO, disk, "read")
}

func diskOf(name string, bytes uint64) deviceReading {
	return deviceReading{name: name, inBytes: bytes, inOps: 1}
}

// increase() counts from the first value that it sees: that of a disk that came while the receiver ran is 0, that of one that was
// there before is what it had read by then.
func TestNewDevicesBeginAtZero(t *testing.T) {
	m := newMachine()
	m.disks = []deviceReading{diskOf("old", 10<<30)}
	b := newTestBench(t, m.source(), func(c *Config) { c.ZeroFor = 3 * time.Second })
	b.second()
	assert.Equal(t, float64(10<<30), bytesRead(t, b.report(b.now), "old"))
	b.second()
	m.disks = append(m.disks, diskOf("new", 500))
	md := b.sampler.report(b.now, false) // is lost: nobody has seen the 0
	assert.Zero(t, bytesRead(t, md, "new"))
	b.second()
	for range 3 {
		b.second()
		m.disks[1].inBytes += 100
		md = b.report(b.now)
		assert.Zero(t, bytesRead(t, md, "new"))
		assert.Equal(t, float64(10<<30), bytesRead(t, md, "old"))
	}
	b.second()
	md = b.report(b.now)
	assert.Equal(t, 800.0, bytesRead(t, md, "new"), "all of it, and none of it was lost")
	for _, p := range pointsOf(md, genai.HostDiskIO) {
		if hasAll(p, []string{"new"}) {
			assert.Equal(t, time.Unix(10_001, 0), p.StartTimestamp().AsTime().Local(), "the report before it came")
		}
	}
}

func TestTheLastReportHoldsNothingBack(t *testing.T) {
	m := newMachine()
	m.disks = []deviceReading{diskOf("old", 1)}
	b := newTestBench(t, m.source(), func(c *Config) { c.Cost.ComputeUSDPerHour = 3600 })
	b.report(b.now)
	m.disks = append(m.disks, diskOf("new", 500))
	b.second()
	md := b.report(b.now)
	assert.Zero(t, bytesRead(t, md, "new"))
	assert.Zero(t, mustValue(t, md, genai.MetricInfraCostUSD, "compute"))
	md = b.sampler.report(b.now, true)
	assert.Equal(t, 500.0, bytesRead(t, md, "new"))
	assert.Equal(t, 1.0, mustValue(t, md, genai.MetricInfraCostUSD, "compute"))
}

func TestCostBeginsAtZero(t *testing.T) {
	b := newTestBench(t, newMachine().source(), func(c *Config) {
		c.Cost.ComputeUSDPerHour = 3600
		c.ZeroFor = 4 * time.Second
	})
	for _, want := range []float64{0, 0, 0, 0, 5, 6} {
		b.second()
		assert.Equal(t, want, mustValue(t, b.report(b.now), genai.MetricInfraCostUSD, "compute"))
	}
	b = newTestBench(t, newMachine().source(), func(c *Config) { c.Cost.ComputeUSDPerHour, c.ZeroFor = 3600, 0 })
	b.second()
	assert.Equal(t, 1.0, mustValue(t, b.report(b.now), genai.MetricInfraCostUSD, "compute"))
}

// A disk that takes a free place under the cap has been counting all the while, and must not look as if it had read 10 GiB just now.
func TestADeviceBeyondTheCapIsNotNew(t *testing.T) {
	m := newMachine()
	m.disks = []deviceReading{diskOf("a", 1), diskOf("b", 10<<30)}
	b := newTestBench(t, m.source(), func(c *Config) { c.MaxDevices = 1 })
	b.second()
	b.report(b.now)
	m.disks = append(m.disks, diskOf("c", 5)) // comes, but finds no place
	b.report(b.now)
	m.disks = m.disks[1:]
	b.second()
	md := b.report(b.now)
	assert.Equal(t, float64(10<<30), bytesRead(t, md, "b"))
	assert.Equal(t, time.Unix(1000, 0), pointsOf(md, genai.HostDiskIO)[0].StartTimestamp().AsTime().Local())
	m.disks = m.disks[1:]
	m.disks[0].inBytes = 1 << 30
	assert.Equal(t, float64(1<<30), bytesRead(t, b.report(b.now), "c"))
}

// The series of a device that is gone end, each in a metric of its own; when that was not delivered, it is told again.
func TestGoneDevicesEnd(t *testing.T) {
	m := newMachine()
	src := m.source()
	names := []string{"eth0", "wlan0"}
	src.interfaces = func(dst []deviceReading) ([]deviceReading, error) { return append(dst, counted(names)...), nil }
	b := newTestBench(t, src, nil)
	b.report(b.now)
	names = names[:1]
	for range 2 {
		md := b.sampler.report(b.now, false)
		for _, name := range []string{genai.HostNetworkIO, genai.HostNetworkPackets, genai.HostNetworkErrors, genai.HostNetworkDropped} {
			ends := endsOf(md, name)
			require.Len(t, ends, 2, name)
			for _, p := range ends {
				assert.True(t, hasAll(p, []string{"box", "wlan0"}))
			}
			assert.Len(t, pointsOf(md, name), 2, name)
		}
		checkEndsAlone(t, md)
	}
	b.delivered()
	md := b.report(b.now)
	assert.Empty(t, endsOf(md, genai.HostNetworkIO))
	assert.Len(t, b.interfaces.known, 1)
	names = []string{"eth0", "wlan0"} // and comes back
	md = b.report(b.now)
	assert.Zero(t, mustValue(t, md, genai.HostNetworkIO, "wlan0", "receive"))
}

// A reading that failed in part says nothing of the devices that it lacks: they neither end nor begin anew.
func TestDevicesThatAReadingLacks(t *testing.T) {
	m := newMachine()
	m.disks = []deviceReading{diskOf("a", 10), diskOf("b", 10<<30)}
	src := m.source()
	all, fail := src.disks, false
	src.disks = func(dst []deviceReading) ([]deviceReading, error) {
		dst, err := all(dst)
		if fail {
			return dst[:1], errPassing
		}
		return dst, err
	}
	b := newTestBench(t, src, nil)
	for _, fail = range []bool{false, true, true, false} {
		b.second()
		md := b.report(b.now)
		assert.Equal(t, 10.0, bytesRead(t, md, "a"))
		assert.Empty(t, endsOf(md, genai.HostDiskIO))
		if !fail {
			assert.Equal(t, float64(10<<30), bytesRead(t, md, "b"))
			assert.Equal(t, time.Unix(1000, 0), pointsOf(md, genai.HostDiskIO)[3].StartTimestamp().AsTime().Local())
		}
	}
}

// checkEndsAlone: the Prometheus exporter reads nothing behind a point without a value.
func checkEndsAlone(t *testing.T, md pmetric.Metrics) {
	t.Helper()
	metrics := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics()
	for i := range metrics.Len() {
		one := pmetric.NewMetrics()
		metrics.At(i).CopyTo(one.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty())
		if ends := endsOf(one, metrics.At(i).Name()); len(ends) > 0 {
			assert.Equal(t, 1, one.DataPointCount(), metrics.At(i).Name())
		}
	}
}
