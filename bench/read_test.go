package bench

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
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

// BenchmarkReadCanonical reads the spans that count as llmcost passes them on.
func BenchmarkReadCanonical(b *testing.B) {
	for _, f := range []func() (*Batch, error){
		func() (*Batch, error) { return CallsOnly(256, FourModels) },
		Captures,
	} {
		batch, err := f()
		if err != nil {
			b.Fatal(err)
		}
		if batch, err = Priced(batch); err != nil {
			b.Fatal(err)
		}
		b.Run(batch.Name, func(b *testing.B) {
			var op genai.Operation
			var calls []ptrace.Span
			for _, span := range SpansOf(batch.Fresh()) {
				if genai.ReadCanonical(span, &op) && op.Counts() {
					calls = append(calls, span)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				for _, span := range calls {
					genai.ReadCanonical(span, &op)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(calls)), "ns/span")
		})
	}
}
