package bench

import (
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// A gateway under load has 64 MiB alive and collects garbage when there is twice as much of it (configs say GOGC 200). Here as much is alive at
// least: else each subject paid for the small heap of a process that measures and does nothing else.
const (
	gcPercent = 200
	alive     = 64 << 20
)

// gatewaysHeap makes the heap of this process one of a gateway until the function that it gives is called.
func gatewaysHeap() (back func()) {
	heap, percent := make([]byte, alive), debug.SetGCPercent(gcPercent)
	return func() {
		debug.SetGCPercent(percent)
		runtime.KeepAlive(heap)
	}
}

// Subject is one thing that is measured.
type Subject struct {
	Name string
	Unit int                     // how many units (spans, calls, values) one piece of work is
	Work func() func()           // prepares one piece of work, which is not measured, and returns it
	Time func() (float64, error) // in place of Work: measures itself, in ns per unit (another process)
}

// Result is what one unit of a subject costs.
type Result struct {
	Nanos  float64
	Allocs float64 // -1: in another process
}

// Effort says how long to measure.
type Effort struct {
	Rounds   int  // of every subject in turn; the median round is taken
	Pieces   int  // of work in a round
	Quickest bool // take the quickest round instead, which other work on the machine disturbs least; little collecting of garbage falls into it
}

// Compare measures all subjects in turns, so that what the machine does meanwhile meets all alike.
func Compare(e Effort, subjects ...Subject) ([]Result, error) {
	defer gatewaysHeap()()
	rounds := make([][]float64, len(subjects))
	for round := range e.Rounds + 1 {
		for k := range subjects {
			i := (k + round) % len(subjects) // nobody always goes first
			ns, err := subjects[i].round(e.Pieces)
			if err != nil {
				return nil, err
			}
			if round > 0 { // the first one warms up
				rounds[i] = append(rounds[i], ns)
			}
		}
	}
	results := make([]Result, len(subjects))
	for i := range subjects {
		nanos := median(rounds[i])
		if e.Quickest {
			nanos = slices.Min(rounds[i])
		}
		results[i] = Result{Nanos: nanos, Allocs: subjects[i].allocs()}
	}
	return results, nil
}

// round is the mean cost of a unit over some pieces of work, garbage collection that falls into it included.
func (s *Subject) round(pieces int) (float64, error) {
	if s.Time != nil {
		return s.Time()
	}
	runtime.GC()
	var total time.Duration
	for range pieces {
		work := s.Work()
		start := cpuTime()
		work()
		total += cpuTime() - start
	}
	return float64(total.Nanoseconds()) / float64(pieces*s.Unit), nil
}

// allocsOver is how many pieces of work allocations are counted over.
const allocsOver = 20

func (s *Subject) allocs() float64 {
	if s.Time != nil {
		return -1
	}
	var total uint64
	var before, after runtime.MemStats
	for range allocsOver {
		work := s.Work()
		runtime.ReadMemStats(&before)
		work()
		runtime.ReadMemStats(&after)
		total += after.Mallocs - before.Mallocs
	}
	return float64(total) / float64(allocsOver*s.Unit)
}

func median(v []float64) float64 {
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}
