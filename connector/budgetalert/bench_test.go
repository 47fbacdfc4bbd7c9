package budgetalert

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A whole connector with the default budgets and its ledger on tmpfs, where there is one: what it costs beside the disk. senders send at once.
func BenchmarkTraces(b *testing.B) {
	for _, calls := range []int{1, 100} {
		for _, senders := range []int{1, 32} {
			b.Run(fmt.Sprintf("calls=%d/senders=%d", calls, senders), func(b *testing.B) { benchmarkTraces(b, calls, senders) })
		}
	}
}

func benchmarkTraces(b *testing.B, calls, senders int) {
	cfg := createDefaultConfig().(*Config)
	dir, err := os.MkdirTemp("/dev/shm", "bench") //nolint:usetesting // not in memory, the disk would be all that is seen
	if err != nil {
		dir = b.TempDir()
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cfg.Ledger.Directory = dir
	c, err := createTracesToLogs(context.Background(), connectortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(context.Background(), componenttest.NewNopHost()); err != nil {
		b.Fatal(err)
	}
	specs := make([]spec, calls)
	for i := range specs {
		specs[i] = spec{service: "bot", model: fmt.Sprint("model-", i%4), status: genai.StatusPriced, usd: 1e-9, in: 100, out: 20, end: time.Now()}
	}
	var number atomic.Uint64
	b.SetParallelism(max(1, senders/2))
	b.ReportAllocs()
	b.ResetTimer()
	send := func(next func() bool) {
		td := spansOf(specs...)
		for next() {
			renew(td, &number)
			if err := c.ConsumeTraces(context.Background(), td); err != nil {
				b.Error(err)
			}
		}
	}
	if senders == 1 {
		n := 0
		send(func() bool { n++; return n <= b.N })
	} else {
		b.RunParallel(func(pb *testing.PB) { send(pb.Next) })
	}
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*calls), "ns/span")
	if err := c.Shutdown(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// renew makes other spans of them.
func renew(td ptrace.Traces, number *atomic.Uint64) {
	for _, rs := range td.ResourceSpans().All() {
		var id [8]byte
		binary.BigEndian.PutUint64(id[:], number.Add(1))
		span := rs.ScopeSpans().At(0).Spans().At(0)
		span.SetSpanID(pcommon.SpanID(id))
		span.SetTraceID(pcommon.TraceID{8: id[0], 9: id[1], 10: id[2], 11: id[3], 12: id[4], 13: id[5], 14: id[6], 15: id[7]})
	}
}
