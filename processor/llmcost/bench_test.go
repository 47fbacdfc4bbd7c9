package llmcost

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// BenchmarkCaptures processes the spans of all recorded clients, each round with trace ids of its own.
func BenchmarkCaptures(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(capturesDir, "*.json"))
	require.NoError(b, err)
	all := ptrace.NewTraces()
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); name != "TRUTH" {
			capture(b, name).ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
		}
	}
	p := newProcessor(settings(), createDefaultConfig().(*Config))
	require.NoError(b, p.state.Start(context.Background(), nil))
	defer func() { require.NoError(b, p.state.Shutdown(context.Background())) }()
	b.ReportAllocs()
	spans := 0
	for round := uint64(1); b.Loop(); round++ {
		b.StopTimer()
		td := ptrace.NewTraces()
		all.CopyTo(td)
		eachSpan(td, func(s ptrace.Span) {
			id := s.TraceID()
			binary.BigEndian.PutUint64(id[:8], round)
			s.SetTraceID(id)
		})
		b.StartTimer()
		_, _ = p.processTraces(context.Background(), td)
		spans += td.SpanCount()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(spans), "ns/span")
}
