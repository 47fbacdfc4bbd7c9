package hostresources

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/stretchr/testify/assert"
)

func times(number int, user, idle float64) cpuTimes {
	t := cpuTimes{number: number}
	t.modes[modeUser], t.modes[modeIdle] = user, idle
	return t
}

func TestDiffCPUs(t *testing.T) {
	two := []cpuTimes{times(0, 100, 1000), times(1, 200, 2000)}
	for name, c := range map[string]struct {
		prev, cur   []cpuTimes
		user, total float64
	}{
		"all there":            {two, []cpuTimes{times(0, 101, 1000), times(1, 200, 2001)}, 1, 2},
		"a CPU vanished":       {two, []cpuTimes{times(0, 101, 1001)}, 1, 2},
		"the first vanished":   {two, []cpuTimes{times(1, 203, 2001)}, 3, 4},
		"a CPU came":           {two[:1], []cpuTimes{times(0, 101, 1001), times(1, 200, 2000)}, 1, 2},
		"came and vanished":    {two[:1], two[1:], 0, 0},
		"idle runs backwards":  {two, []cpuTimes{times(0, 101, 999), times(1, 200, 2001)}, 1, 2},
		"a CPU begins at zero": {two, []cpuTimes{times(0, 101, 1001), times(1, 0, 0)}, 1, 2},
		"nothing before":       {nil, two, 0, 0},
		"nothing now":          {two, nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := diffCPUs(c.prev, c.cur)
			assert.Equal(t, c.user, d.modes[modeUser])
			assert.Equal(t, c.total, d.total)
		})
	}
}

func TestDiffUsage(t *testing.T) {
	usage := func(user, system float64) (m [numModes]float64) {
		m[modeUser], m[modeSystem] = user, system
		return m
	}
	for name, c := range map[string]struct {
		prev, cur          [numModes]float64
		cpus               float64
		user, system, idle float64
	}{
		"half a CPU of two":    {usage(10, 5), usage(10.75, 5.25), 2, 0.75, 0.25, 3},
		"all of half a CPU":    {usage(10, 5), usage(10.5, 5.5), 0.5, 0.5, 0.5, 0},
		"more than the quota":  {usage(10, 5), usage(11.5, 5.5), 0.5, 0.75, 0.25, 0},
		"a counter fell back":  {usage(10, 5), usage(1, 6), 1, 0, 1, 1},
		"nothing used":         {usage(10, 5), usage(10, 5), 1, 0, 0, 2},
		"nothing there to use": {usage(10, 5), usage(11, 5), 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := diffUsage(c.prev, c.cur, 2*time.Second, c.cpus)
			assert.InDelta(t, c.user, d.modes[modeUser], 1e-12)
			assert.InDelta(t, c.system, d.modes[modeSystem], 1e-12)
			assert.InDelta(t, c.idle, d.modes[modeIdle], 1e-12)
			assert.InDelta(t, 2*c.cpus, d.total, 1e-12)
		})
	}
}

func TestWindowsCountsInterruptsOnce(t *testing.T) {
	read := cpu.TimesStat{User: 2, System: 3, Idle: 5, Irq: 1}
	for goos, want := range map[string]float64{"windows": 2, "linux": 3} {
		got := gopsutilTimes(goos, 4, &read)
		assert.Equal(t, 4, got.number)
		assert.Equal(t, [numModes]float64{modeUser: 2, modeSystem: want, modeIdle: 5, modeInterrupt: 1}, got.modes, goos)
	}
}

func TestCPUWindow(t *testing.T) {
	var w cpuWindow
	assert.True(t, w.empty())
	delta := func(user, iowait, idle float64) (d cpuDelta) {
		d.modes[modeUser], d.modes[modeIOWait], d.modes[modeIdle] = user, iowait, idle
		d.total = user + iowait + idle
		return d
	}
	w.add(delta(0, 0, 0)) // no time passed: no sample
	assert.True(t, w.empty())
	w.add(delta(0.1, 0.4, 0.5))
	w.add(delta(0.9, 0, 0.1))
	w.add(delta(0, 0, 2)) // a late sample weighs as long as it took
	assert.InDelta(t, 0.25, w.share(modeUser), 1e-12)
	assert.InDelta(t, 0.25, w.busy(), 1e-12, "waiting for a disk is not busy")
	assert.InDelta(t, 0.9, w.peak, 1e-12)
}

func TestGaugeWindow(t *testing.T) {
	var w gaugeWindow
	assert.True(t, w.empty())
	for _, v := range []float64{2, 9, 1} {
		w.add(v)
	}
	assert.Equal(t, 4.0, w.average())
	assert.Equal(t, 9.0, w.peak)
}

func TestPeakMemory(t *testing.T) {
	assert.Equal(t, uint64(50), peakMemory(50, 80, 80), "the mark is from an earlier interval")
	assert.Equal(t, uint64(90), peakMemory(50, 80, 90), "the mark rose: the peak was now")
	assert.Equal(t, uint64(50), peakMemory(50, 0, 90), "the first report cannot tell when the mark was set")
	assert.Equal(t, uint64(50), peakMemory(50, 80, 0), "no mark")
}

func TestAccruedCost(t *testing.T) {
	assert.Equal(t, uint64(340_000_000), accrued(hourlyRate(0.34), time.Hour))
	assert.Equal(t, uint64(944_444), accrued(hourlyRate(0.34), 10*time.Second))
	assert.Equal(t, uint64(0), accrued(hourlyRate(0.34), -time.Second))
	assert.Equal(t, uint64(math.MaxUint64), accrued(hourlyRate(maxUSDPerHour), math.MaxInt64), "stays at the top")
	// Against big integers, and never falling.
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's data
	var rate, last uint64 = hourlyRate(0.02), 0
	var at time.Duration
	for range 1000 {
		at += time.Duration(r.Int64N(int64(5 * time.Hour)))
		got := accrued(rate, at)
		want := new(big.Int).Mul(new(big.Int).SetUint64(rate), big.NewInt(int64(at)))
		want.Div(want, big.NewInt(int64(time.Hour)))
		assert.Equal(t, want.Uint64(), got)
		assert.GreaterOrEqual(t, got, last)
		last = got
	}
}
