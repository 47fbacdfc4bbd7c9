package bench

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
)

func BenchmarkRead(b *testing.B) {
	for _, f := range []func() (*Batch, error){
		func() (*Batch, error) { return PlainOnly(64) },
		AgentMix,
		func() (*Batch, error) { return CallsOnly(256, FourModels) },
		Captures,
	} {
		batch, err := f()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(batch.Name, func(b *testing.B) {
			td := batch.Fresh()
			b.ReportAllocs()
			for b.Loop() {
				readAll(td)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch.Spans), "ns/span")
		})
	}
}

func readAll(td ptrace.Traces) (n int) {
	var op dialect.Call
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			scope := dialect.NewScope(ss.Scope(), rs.Resource(), nil)
			for _, span := range ss.Spans().All() {
				if dialect.Read(&scope, span, &op) {
					n++
				}
			}
		}
	}
	return n
}
