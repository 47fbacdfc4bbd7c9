package bench

import (
	"math"
	"math/rand/v2"
	"runtime"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
)

// sketchError is the relative error that all three are set up for.
const sketchError = 0.0055

// Latencies are n made durations of model calls in seconds: log-normal around two seconds.
func Latencies(n int) []float64 {
	r := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // the same values in every run
	v := make([]float64, n)
	for i := range v {
		v[i] = 2 * math.Exp(0.8*r.NormFloat64())
	}
	return v
}

// recorder is one series of durations.
type recorder struct {
	name   string
	create func() func(seconds float64)
}

// HdrHistogram counts whole microseconds up to an hour; three digits are the fewest that keep to sketchError.
const (
	hdrMax    = 3_600_000_000
	hdrDigits = 3
)

func recorders() []recorder {
	return []recorder{
		{"expohist", func() func(float64) {
			h := new(expohist.Histogram)
			return func(v float64) { h.Record(v) }
		}},
		{"DDSketch", func() func(float64) {
			s, err := ddsketch.LogCollapsingLowestDenseDDSketch(sketchError, 2048)
			if err != nil {
				panic(err)
			}
			return func(v float64) { _ = s.Add(v) }
		}},
		{"HdrHistogram", func() func(float64) {
			h := hdrhistogram.New(1, hdrMax, hdrDigits)
			return func(v float64) { _ = h.RecordValue(int64(v * 1e6)) }
		}},
	}
}

// Recording are the subjects that record durations into one long-lived series.
func Recording() []Subject {
	values := Latencies(1 << 14)
	var all []Subject
	for _, r := range recorders() {
		record := r.create()
		all = append(all, Subject{Name: r.name, Unit: len(values), Work: func() func() {
			return func() {
				for _, v := range values {
					record(v)
				}
			}
		}})
	}
	return all
}

// SeriesBytes is what one series holds on the heap after n durations, for each recorder.
func SeriesBytes(n int) []float64 {
	const series = 200
	values := Latencies(n)
	var all []float64
	for _, r := range recorders() {
		keep := make([]func(float64), series)
		before := heap()
		for i := range keep {
			keep[i] = r.create()
			for _, v := range values {
				keep[i](v)
			}
		}
		all = append(all, float64(heap()-before)/series)
		runtime.KeepAlive(keep)
	}
	return all
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far below 2^63
}
