package hostresources

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// newGopsutilSource serves every platform but Linux, and the tests on Linux as a second opinion.
func newGopsutilSource() *source {
	s := &source{
		cpuModes:   gopsutilModes(runtime.GOOS),
		cpus:       gopsutilCPUs,
		memory:     gopsutilMemory,
		load:       gopsutilLoad,
		disks:      gopsutilDisks,
		interfaces: gopsutilInterfaces,
		bootTime:   gopsutilBootTime,
		pids:       gopsutilPIDs,
		name:       gopsutilName,
		command:    gopsutilCommand,
		process:    gopsutilProcess,
		openFiles:  gopsutilOpenFiles,
		readFile:   os.ReadFile,
	}
	if runtime.GOOS == "windows" {
		s.load = nil // Windows has no load average
	}
	return s
}

func gopsutilModes(goos string) modeSet {
	switch goos {
	case "windows":
		return modesOf(modeUser, modeSystem, modeIdle, modeInterrupt)
	case "darwin":
		return modesOf(modeUser, modeSystem, modeNice, modeIdle)
	case "linux":
		return modesOf(modeUser, modeNice, modeSystem, modeIdle, modeIOWait, modeInterrupt, modeSteal)
	default:
		return modesOf(modeUser, modeNice, modeSystem, modeIdle, modeInterrupt)
	}
}

func gopsutilCPUs(dst []cpuTimes) ([]cpuTimes, error) {
	times, err := cpu.Times(true)
	for i := range times {
		dst = append(dst, gopsutilTimes(runtime.GOOS, i, &times[i]))
	}
	return dst, err
}

// gopsutilTimes makes the modes disjoint: Windows counts interrupts in kernel time, too, and gopsutil leaves them there.
func gopsutilTimes(goos string, number int, t *cpu.TimesStat) cpuTimes {
	c := cpuTimes{number: number}
	c.modes[modeUser], c.modes[modeNice], c.modes[modeSystem] = t.User, t.Nice, t.System
	c.modes[modeIdle], c.modes[modeIOWait] = t.Idle, t.Iowait
	c.modes[modeInterrupt], c.modes[modeSteal] = t.Irq+t.Softirq, t.Steal
	if goos == "windows" {
		c.modes[modeSystem] = max(t.System-t.Irq, 0)
	}
	return c
}

// gopsutilMemory has the two states that every platform has.
func gopsutilMemory() (memoryReading, error) {
	v, err := mem.VirtualMemory()
	if err != nil {
		return memoryReading{}, err
	}
	available := min(v.Available, v.Total)
	m := memoryReading{total: v.Total, used: known(v.Total - available), free: known(available)}
	if swap, err := mem.SwapMemory(); err == nil {
		m.swapTotal, m.swapFree = swap.Total, swap.Free
	}
	return m, nil
}

func gopsutilLoad() ([3]float64, error) {
	l, err := load.Avg()
	if err != nil {
		return [3]float64{}, gopsutilError(err)
	}
	return [3]float64{l.Load1, l.Load5, l.Load15}, nil
}

func gopsutilDisks(dst []deviceReading) ([]deviceReading, error) {
	disks, err := disk.IOCounters()
	for name := range disks {
		d := disks[name]
		dst = append(dst, deviceReading{
			name: name, inBytes: d.ReadBytes, inOps: d.ReadCount, outBytes: d.WriteBytes, outOps: d.WriteCount,
		})
	}
	return dst, gopsutilError(err)
}

func gopsutilInterfaces(dst []deviceReading) ([]deviceReading, error) {
	interfaces, err := net.IOCounters(true)
	for i := range interfaces {
		n := &interfaces[i]
		dst = append(dst, deviceReading{
			name:    n.Name,
			inBytes: n.BytesRecv, inOps: n.PacketsRecv, inErrors: n.Errin, inDrops: n.Dropin,
			outBytes: n.BytesSent, outOps: n.PacketsSent, outErrors: n.Errout, outDrops: n.Dropout,
		})
	}
	return dst, gopsutilError(err)
}

func gopsutilBootTime() (time.Time, error) {
	t, err := host.BootTime()
	return time.Unix(int64(t), 0), err //nolint:gosec // seconds since 1970
}

func gopsutilPIDs(dst []int) ([]int, error) {
	pids, err := process.Pids()
	for _, pid := range pids {
		dst = append(dst, int(pid))
	}
	return dst, err
}

func gopsutilName(pid int) (string, error) {
	name, err := handle(pid).Name()
	return name, gopsutilError(err)
}

func gopsutilCommand(pid int) (string, error) {
	line, err := handle(pid).Cmdline()
	return line, gopsutilError(err)
}

func gopsutilProcess(pid int) (processReading, error) {
	p := handle(pid)
	created, err := p.CreateTime()
	if err != nil {
		return processReading{}, gopsutilError(err)
	}
	times, err := p.Times()
	if err != nil {
		return processReading{}, gopsutilError(err)
	}
	memory, err := p.MemoryInfo()
	if err != nil {
		return processReading{}, gopsutilError(err)
	}
	r := processReading{created: time.UnixMilli(created), rss: memory.RSS}
	r.cpu[modeUser], r.cpu[modeSystem] = times.User, times.System
	return r, nil
}

func gopsutilOpenFiles(pid int) (int, error) {
	n, err := handle(pid).NumFDs()
	return int(n), gopsutilError(err)
}

// handle is a fresh one each time: gopsutil's remembers the creation time, and reading a reused pid through it would go unseen.
func handle(pid int) *process.Process { return &process.Process{Pid: int32(pid)} } //nolint:gosec // pids fit

// gopsutilError tells what the platform lacks and a process that has ended from real failures.
func gopsutilError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, process.ErrorProcessNotRunning), errors.Is(err, fs.ErrNotExist):
		return errGone
	case strings.Contains(err.Error(), "not implemented"): // gopsutil keeps this error to itself
		return errUnsupported
	}
	return err
}
