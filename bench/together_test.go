package bench

import (
	"testing"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost"
)

// BenchmarkTogether is llmcost and genaimetrics behind it, as a gateway runs them, in CPU time a span. It is for comparing two commits:
// build it of both with `go test -c` and run the two in turns.
func BenchmarkTogether(b *testing.B) {
	defer gatewaysHeap()()
	all, err := batches()
	if err != nil {
		b.Fatal(err)
	}
	for _, batch := range all {
		metrics, err := StartConnector(genaimetrics.NewFactory(), "")
		if err != nil {
			b.Fatal(err)
		}
		cost, err := StartProcessor(llmcost.NewFactory(), "", metrics)
		if err != nil {
			b.Fatal(err)
		}
		s := consume("together", batch, batch.Fresh, cost)
		b.Run(batch.Name, func(b *testing.B) {
			var rounds []float64
			for b.Loop() {
				ns, _ := s.round(4)
				rounds = append(rounds, ns)
			}
			b.ReportMetric(median(rounds), "CPU-ns/span")
			b.ReportMetric(0, "ns/op")
		})
	}
}
