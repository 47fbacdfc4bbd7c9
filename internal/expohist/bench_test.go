package expohist

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/DataDog/sketches-go/ddsketch"
)

func latencies() []float64 {
	r := rand.New(rand.NewPCG(1, 1))
	v := make([]float64, 1<<16)
	for i := range v {
		v[i] = 2 * math.Exp(0.8*r.NormFloat64())
	}
	return v
}

func BenchmarkRecord(b *testing.B) {
	v := latencies()
	b.Run("expohist", func(b *testing.B) {
		var h Histogram
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			h.Record(v[i&(len(v)-1)])
		}
		b.ReportMetric(float64(h.Bytes()), "B/series")
	})
	b.Run("ddsketch", func(b *testing.B) {
		s, _ := ddsketch.NewDefaultDDSketch(0.0055)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_ = s.Add(v[i&(len(v)-1)])
		}
	})
	b.Run("ddsketch-collapsing", func(b *testing.B) {
		s, _ := ddsketch.LogCollapsingLowestDenseDDSketch(0.0055, 2048)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_ = s.Add(v[i&(len(v)-1)])
		}
	})
}

func BenchmarkMerge(b *testing.B) {
	v := latencies()
	parts := make([]Histogram, 12)
	for i := range parts {
		for _, x := range v[i*1000 : i*1000+1000] {
			parts[i].Record(x)
		}
	}
	var h Histogram
	b.ReportAllocs()
	for b.Loop() {
		h.Reset()
		for i := range parts {
			h.Merge(&parts[i])
		}
	}
}

func BenchmarkQuantile(b *testing.B) {
	var h Histogram
	for _, x := range latencies() {
		h.Record(x)
	}
	b.ReportAllocs()
	for b.Loop() {
		h.Quantile(0.95)
	}
}
