package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/receiver"
)

const children = 10

// cost is what a receiver used while it ran.
type cost struct {
	cpu     time.Duration
	allocs  uint64
	bytes   uint64
	reports int
	wall    time.Duration
}

func main() {
	if isChild() {
		waitAsChild()
		return
	}
	length := flag.Duration("time", 20*time.Second, "how long each receiver runs")
	flag.Parse()
	if err := run(*length); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(length time.Duration) error {
	stop, err := startChildren(children)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("host and %d processes, %d CPUs, each receiver %s\n\n", children, runtime.NumCPU(), length)
	fast, second := 100*time.Millisecond, time.Second
	if err := compare("one sample a report", length, ours(fast, fast), peers(fast)); err != nil {
		return err
	}
	if err := compare("ten samples a report (the default)", length, ours(second, fast), peers(second)); err != nil {
		return err
	}
	c, err := measure(hostresourcesFactory(), ours(10*second, second), length)
	if err != nil {
		return err
	}
	fmt.Printf("1 s samples, 10 s reports: %.3f %% of a core\n", 100*c.cpu.Seconds()/c.wall.Seconds())
	return nil
}

// compare runs one after the other: CPU time and allocations are those of the whole process.
func compare(what string, length time.Duration, own, peer map[string]any) error {
	p, err := measure(hostmetricsFactory(), peer, length)
	if err != nil {
		return err
	}
	o, err := measure(hostresourcesFactory(), own, length)
	if err != nil {
		return err
	}
	fmt.Printf("%s, per report\n", what)
	fmt.Printf("  %-14s %10s %12s %12s\n", "", "CPU µs", "allocations", "bytes")
	for _, r := range []struct {
		name string
		cost cost
	}{{"hostmetrics", p}, {"hostresources", o}} {
		fmt.Printf("  %-14s %10.0f %12d %12d\n", r.name, r.cost.perReport(), r.cost.allocs/uint64(r.cost.reports), r.cost.bytes/uint64(r.cost.reports))
	}
	fmt.Printf("  %-14s %10.2f %12.2f %12.2f\n\n", "ratio", o.perReport()/p.perReport(),
		float64(o.allocs)/float64(o.reports)*float64(p.reports)/float64(p.allocs),
		float64(o.bytes)/float64(o.reports)*float64(p.reports)/float64(p.bytes))
	return nil
}

func (c cost) perReport() float64 { return float64(c.cpu.Microseconds()) / float64(c.reports) }

func measure(f receiver.Factory, raw map[string]any, length time.Duration) (cost, error) {
	to := &sink{}
	r, err := start(f, raw, to)
	if err != nil {
		return cost{}, err
	}
	time.Sleep(500 * time.Millisecond) // the first reports set up caches
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	reports, cpu, begin := to.len(), usedCPU(), time.Now()
	time.Sleep(length)
	c := cost{cpu: usedCPU() - cpu, wall: time.Since(begin), reports: max(to.len()-reports, 1)}
	runtime.ReadMemStats(&after)
	c.allocs, c.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return c, r.Shutdown(context.Background())
}

func usedCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
