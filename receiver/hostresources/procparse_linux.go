package hostresources

import (
	"bytes"
	"errors"
	"io/fs"
	"iter"
	"math"
	"strconv"
)

var errMalformed = errors.New("not in the format the kernel writes")

func malformed(name string) error { return &fs.PathError{Op: "parse", Path: name, Err: errMalformed} }

// lines walks the lines of a file without their newline.
func lines(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			var line []byte
			line, b, _ = bytes.Cut(b, []byte{'\n'})
			if !yield(line) {
				return
			}
		}
	}
}

// nextField cuts the first field, separated by blanks or tabs, off a line.
func nextField(line []byte) (field, rest []byte) {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	j := i
	for j < len(line) && line[j] != ' ' && line[j] != '\t' {
		j++
	}
	return line[i:j], line[j:]
}

// parseNumber reads a decimal number, blanks around it allowed. It allocates nothing.
func parseNumber(b []byte) (uint64, bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return 0, false
	}
	var v uint64
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 || v > (math.MaxUint64-d)/10 {
			return 0, false
		}
		v = v*10 + d
	}
	return v, true
}

// statValue finds the number after a key in a file of "key value" lines; what follows the number (a unit) is ignored.
func statValue(b []byte, key string) (uint64, bool) {
	for line := range lines(b) {
		if k, rest := nextField(line); string(k) == key {
			v, _ := nextField(rest)
			return parseNumber(v)
		}
	}
	return 0, false
}

// parseCPUs reads the lines "cpuN user nice system idle iowait irq softirq steal guest guest_nice" of /proc/stat. The line
// "cpu" is not used: it says nothing about which CPUs it adds up. guest is part of user already.
func parseCPUs(b []byte, dst []cpuTimes) []cpuTimes {
	for line := range lines(b) {
		key, rest := nextField(line)
		if !bytes.HasPrefix(key, []byte("cpu")) {
			break // the CPUs come first
		}
		number, ok := parseNumber(key[3:])
		if !ok || number > math.MaxInt32 {
			continue
		}
		t := cpuTimes{number: int(number)}
		for _, mode := range [...]cpuMode{modeUser, modeNice, modeSystem, modeIdle, modeIOWait, modeInterrupt, modeInterrupt, modeSteal} {
			var f []byte
			f, rest = nextField(rest)
			v, _ := parseNumber(f) // old kernels have fewer fields
			t.modes[mode] += float64(v) / userHZ
		}
		dst = append(dst, t)
	}
	return dst
}

// parseMemory reads /proc/meminfo. Used is what could not be had without swapping (all but MemAvailable), as free(1) and
// hostmetrics count; part of the cache cannot be had either, so the states may add up to more than the total.
func parseMemory(b []byte) (memoryReading, bool) {
	var m memoryReading
	var total, free, buffers, cached, slab uint64
	for line := range lines(b) {
		key, rest := nextField(line)
		f, _ := nextField(rest)
		v, ok := parseNumber(f)
		if !ok || v > math.MaxUint64>>10 {
			continue
		}
		v <<= 10
		switch string(key) {
		case "MemTotal:":
			total = v
		case "MemFree:":
			free = v
		case "MemAvailable:":
			m.available = known(v)
		case "Buffers:":
			buffers = v
		case "Cached:":
			cached = v
		case "SReclaimable:":
			slab = v
		case "SwapTotal:":
			m.swapTotal = v
		case "SwapFree:":
			m.swapFree = v
		}
	}
	m.total, m.free, m.buffers, m.cached = total, known(free), known(buffers), known(cached+slab)
	available := free + buffers + cached + slab // before Linux 3.14
	if m.available.known {
		available = m.available.value
	}
	m.used = known(total - min(total, available))
	return m, total > 0
}

func parsePaging(b []byte) pagingActivity {
	var a pagingActivity
	faults, ok := statValue(b, "pgfault")
	major, ok2 := statValue(b, "pgmajfault")
	if ok && ok2 {
		a.majorFaults, a.minorFaults = known(major), known(faults-min(major, faults))
	}
	if v, ok := statValue(b, "pswpin"); ok {
		a.pagesIn = known(v)
	}
	if v, ok := statValue(b, "pswpout"); ok {
		a.pagesOut = known(v)
	}
	return a
}

func parseLoad(b []byte) (load [3]float64, ok bool) {
	for i := range load {
		var f []byte
		f, b = nextField(b)
		v, err := strconv.ParseFloat(string(f), 64)
		if err != nil {
			return load, false
		}
		load[i] = v
	}
	return load, true
}

// numbers fills dst with the fields of a line and says whether there were enough.
func numbers(line []byte, dst []uint64) bool {
	for i := range dst {
		var f []byte
		f, line = nextField(line)
		v, ok := parseNumber(f)
		if !ok {
			return false
		}
		dst[i] = v
	}
	return true
}

// parseDisk reads "major minor name reads merged sectors ms writes merged sectors ms …" of /proc/diskstats.
func parseDisk(line []byte) (deviceReading, bool) {
	_, rest := nextField(line)
	_, rest = nextField(rest)
	name, rest := nextField(rest)
	var v [7]uint64
	if len(name) == 0 || !numbers(rest, v[:]) {
		return deviceReading{}, false
	}
	return deviceReading{
		name: string(name), inOps: v[0], inBytes: v[2] * sectorBytes, outOps: v[4], outBytes: v[6] * sectorBytes,
	}, true
}

// parseInterface reads "name: bytes packets errs drop fifo frame compressed multicast bytes packets errs drop …" of /proc/net/dev.
func parseInterface(line []byte) (deviceReading, bool) {
	i := bytes.LastIndexByte(line, ':')
	if i < 0 {
		return deviceReading{}, false
	}
	var v [12]uint64
	if !numbers(line[i+1:], v[:]) {
		return deviceReading{}, false
	}
	return deviceReading{
		name:    string(bytes.TrimSpace(line[:i])),
		inBytes: v[0], inOps: v[1], inErrors: v[2], inDrops: v[3],
		outBytes: v[8], outOps: v[9], outErrors: v[10], outDrops: v[11],
	}, true
}

// processStat is what is read of /proc/PID/stat: ticks and pages.
type processStat struct {
	state                        byte
	user, system, started, pages uint64
}

// parseProcess reads "pid (name) state ppid …". The name may hold anything, so the fields are counted from the last bracket.
func parseProcess(b []byte) (s processStat, ok bool) {
	i := bytes.LastIndexByte(b, ')')
	if i < 0 {
		return s, false
	}
	f, rest := nextField(b[i+1:])
	if len(f) != 1 {
		return s, false
	}
	s.state = f[0]
	for n := 4; n <= 24; n++ {
		f, rest = nextField(rest)
		var to *uint64
		switch n {
		case 14:
			to = &s.user
		case 15:
			to = &s.system
		case 22:
			to = &s.started
		case 24:
			to = &s.pages
		default:
			continue
		}
		if *to, ok = parseNumber(f); !ok {
			return s, false
		}
	}
	return s, true
}
