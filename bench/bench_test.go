package bench

import (
	"strings"
	"testing"
)

// BenchmarkCost has a benchmark for each subject of the cost section, for profiles: the ratios come from cmd/ratios.
func BenchmarkCost(b *testing.B) {
	eachBatch(b, Costing)
}

// BenchmarkMetrics has one for each subject of the metrics section.
func BenchmarkMetrics(b *testing.B) {
	eachBatch(b, func(batch *Batch) ([]Subject, error) {
		batch, err := Priced(batch)
		if err != nil {
			return nil, err
		}
		return SpansToMetrics(batch)
	})
}

func eachBatch(b *testing.B, subjects func(*Batch) ([]Subject, error)) {
	all, err := batches()
	if err != nil {
		b.Fatal(err)
	}
	for _, batch := range all {
		s, err := subjects(batch)
		if err != nil {
			b.Fatal(err)
		}
		for i := range s {
			b.Run(strings.ReplaceAll(batch.Name+"/"+s[i].Name, ",", ""), func(b *testing.B) { benchmark(b, &s[i]) })
		}
	}
}

func benchmark(b *testing.B, s *Subject) {
	b.ReportAllocs()
	for range b.N {
		b.StopTimer()
		work := s.Work()
		b.StartTimer()
		work()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*s.Unit), "ns/unit")
}

// BenchmarkEvents has one for each subject of the events section.
func BenchmarkEvents(b *testing.B) {
	eachBatch(b, func(batch *Batch) ([]Subject, error) {
		batch, err := Priced(batch)
		if err != nil {
			return nil, err
		}
		return SpansToRecords(batch)
	})
}
