package hostresources

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// userHZ is the tick in which /proc counts CPU time: 100 in the ABI of every Linux that Go runs on, whatever the kernel's own.
	userHZ = 100
	// maxCommandLine is how much of a command line is looked at; a process can make its own as long as 2 MiB.
	maxCommandLine = 4096
	// maxProcFile ends reading a file that does not end. /proc/stat of a machine with 1,024 CPUs is below 1 MiB.
	maxProcFile = 4 << 20
	sectorBytes = 512 // the unit of /proc/diskstats, whatever the disk's own
)

// procfs reads what the kernel says in /proc, below root ("/" outside of tests). It keeps its buffer between readings and is
// used by one goroutine at a time.
type procfs struct {
	root     string
	buf      []byte
	pageSize uint64
	boot     time.Time // kept: the kernel moves it when the clock is set, and it is part of a process's identity here
}

func newProcSource(root string) *source {
	p := &procfs{root: root, buf: make([]byte, 16<<10), pageSize: uint64(os.Getpagesize())} //nolint:gosec // never negative
	c := newCgroups(root)
	return &source{
		cpuModes:   modesOf(modeUser, modeNice, modeSystem, modeIdle, modeIOWait, modeInterrupt, modeSteal),
		cpus:       p.cpus,
		memory:     p.memory,
		activity:   p.activity,
		load:       p.load,
		disks:      p.disks,
		interfaces: p.interfaces,
		bootTime:   p.bootTime,

		diskPlace:      p.diskPlace,
		interfacePlace: p.interfacePlace,

		limits:    c.limits,
		groupCPU:  c.cpuUsage,
		groupMem:  c.memoryUsage,
		groupSwap: c.swapUsage,
		pids:      p.pids,
		name:      p.name,
		command:   p.command,
		process:   p.process,
		highWater: p.highWater,
		openFiles: p.openFiles,
		readFile:  os.ReadFile,
	}
}

// read gives a file of one record, valid until the next read: the kernel hands those out whole, so a read that comes back short
// was the last, and asking for the end of the file would cost as much again. It goes around os.File, whose set-up costs more than
// reading most of /proc.
func (p *procfs) read(name string, limit int) ([]byte, error) { return p.readFile(name, limit, true) }

// readRecords is read for a file of many records, which comes in pieces of whole ones.
func (p *procfs) readRecords(name string) ([]byte, error) {
	return p.readFile(p.proc(name), maxProcFile, false)
}

func (p *procfs) readFile(name string, limit int, oneRecord bool) ([]byte, error) {
	fd, err := openRetry(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer func() { _ = syscall.Close(fd) }()
	n := 0
	for n < limit {
		if n == len(p.buf) {
			p.buf = append(p.buf, make([]byte, len(p.buf))...)
		}
		free := p.buf[n:min(len(p.buf), limit)]
		m, err := syscall.Read(fd, free)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		if m <= 0 {
			break
		}
		n += m
		if oneRecord && m < len(free) {
			break
		}
	}
	return p.buf[:n], nil
}

func openRetry(name string) (int, error) {
	for {
		fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if !errors.Is(err, syscall.EINTR) {
			return fd, err
		}
	}
}

func (p *procfs) proc(name string) string { return path.Join(p.root, "proc", name) }

func (p *procfs) readProc(name string) ([]byte, error) { return p.read(p.proc(name), maxProcFile) }

func (p *procfs) cpus(dst []cpuTimes) ([]cpuTimes, error) {
	b, err := p.readProc("stat")
	if err != nil {
		return dst, err
	}
	return parseCPUs(b, dst), nil
}

func (p *procfs) bootTime() (time.Time, error) {
	if p.boot.IsZero() {
		b, err := p.readProc("stat")
		if err != nil {
			return time.Time{}, err
		}
		v, ok := statValue(b, "btime")
		if !ok {
			return time.Time{}, malformed(p.proc("stat"))
		}
		p.boot = time.Unix(int64(v), 0) //nolint:gosec // seconds since 1970
	}
	return p.boot, nil
}

func (p *procfs) memory() (memoryReading, error) {
	b, err := p.readProc("meminfo")
	if err != nil {
		return memoryReading{}, err
	}
	m, ok := parseMemory(b)
	if !ok {
		return m, malformed(p.proc("meminfo"))
	}
	return m, nil
}

func (p *procfs) activity() (pagingActivity, error) {
	b, err := p.readRecords("vmstat")
	if err != nil {
		return pagingActivity{}, err
	}
	return parsePaging(b), nil
}

func (p *procfs) load() ([3]float64, error) {
	b, err := p.readProc("loadavg")
	if err != nil {
		return [3]float64{}, err
	}
	l, ok := parseLoad(b)
	if !ok {
		return l, malformed(p.proc("loadavg"))
	}
	return l, nil
}

// disks reads whole disks that have ever been used. Partitions are left out: what they do is counted on their disk, too.
func (p *procfs) disks(dst []deviceReading) ([]deviceReading, error) {
	b, err := p.readRecords("diskstats")
	if err != nil {
		return dst, err
	}
	block := path.Join(p.root, "sys/block")
	_, err = os.Stat(block)
	haveBlock := err == nil
	for line := range lines(b) {
		d, ok := parseDisk(line)
		if !ok || d.inOps+d.outOps == 0 {
			continue
		}
		if haveBlock {
			if _, err := os.Stat(path.Join(block, deviceName(d.name))); err != nil {
				continue
			}
		}
		dst = append(dst, d)
	}
	return dst, nil
}

func (p *procfs) interfaces(dst []deviceReading) ([]deviceReading, error) {
	b, err := p.readRecords("net/dev")
	if err != nil {
		return dst, err
	}
	for line := range lines(b) {
		if d, ok := parseInterface(line); ok {
			dst = append(dst, d)
		}
	}
	return dst, nil
}

func (p *procfs) pids(dst []int) ([]int, error) {
	dir, err := os.Open(path.Join(p.root, "proc"))
	if err != nil {
		return dst, err
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(-1)
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil && pid > 0 {
			dst = append(dst, pid)
		}
	}
	return dst, err
}

func (p *procfs) readPID(pid int, file string, limit int) ([]byte, error) {
	b, err := p.read(path.Join(p.root, "proc", strconv.Itoa(pid), file), limit)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return nil, errGone
	}
	return b, err
}

// name is the executable's name. The kernel cuts it after 15 bytes; the command line has the rest, unless the process wrote over it.
func (p *procfs) name(pid int) (string, error) {
	b, err := p.readPID(pid, "comm", maxCommandLine)
	if err != nil {
		return "", err
	}
	comm := strings.TrimSuffix(string(b), "\n")
	if len(comm) < 15 {
		return comm, nil
	}
	line, err := p.readPID(pid, "cmdline", maxCommandLine)
	if err != nil {
		return comm, nil //nolint:nilerr // the cut name will do
	}
	first, _, _ := strings.Cut(string(line), "\x00")
	if base := path.Base(first); strings.HasPrefix(base, comm) {
		return base, nil
	}
	return comm, nil
}

func (p *procfs) command(pid int) (string, error) {
	b, err := p.readPID(pid, "cmdline", maxCommandLine)
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(strings.TrimRight(string(b), "\x00"), "\x00", " "), nil
}

func (p *procfs) process(pid int) (processReading, error) {
	boot, err := p.bootTime()
	if err != nil {
		return processReading{}, err
	}
	b, err := p.readPID(pid, "stat", maxCommandLine)
	if err != nil {
		return processReading{}, err
	}
	s, ok := parseProcess(b)
	switch {
	case !ok:
		return processReading{}, malformed(p.proc(strconv.Itoa(pid) + "/stat"))
	case s.state == 'Z' || s.state == 'X':
		return processReading{}, errGone
	}
	r := processReading{rss: s.pages * p.pageSize}
	r.created = boot.Add(time.Duration(s.started) * (time.Second / userHZ)) //nolint:gosec // ticks since boot
	r.cpu[modeUser] = float64(s.user) / userHZ
	r.cpu[modeSystem] = float64(s.system) / userHZ
	return r, nil
}

// highWater is the most memory a process has ever had in RAM (VmHWM), in bytes.
func (p *procfs) highWater(pid int) (uint64, error) {
	b, err := p.readPID(pid, "status", maxProcFile)
	if err != nil {
		return 0, err
	}
	kb, ok := statValue(b, "VmHWM:")
	if !ok {
		return 0, errGone // a zombie or a kernel thread has no memory
	}
	return kb << 10, nil
}

func (p *procfs) openFiles(pid int) (int, error) {
	dir, err := os.Open(path.Join(p.root, "proc", strconv.Itoa(pid), "fd"))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return 0, errGone
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = dir.Close() }()
	// Since Linux 6.2 the size of the directory is the number of its entries; before, it is 0.
	if info, err := dir.Stat(); err == nil && info.Size() > 0 {
		return int(info.Size()), nil
	}
	names, err := dir.Readdirnames(-1)
	return len(names), err
}
