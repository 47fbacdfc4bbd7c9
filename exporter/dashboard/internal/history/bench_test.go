package history

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// batch is a request with a sample of each of n series.
func batch(n int, at time.Time, v float64) pmetric.Metrics {
	return metrics(func(ms pmetric.MetricSlice) {
		const each = 100
		for m := range n / each {
			values := make([]value, each)
			for i := range values {
				values[i] = value{begin.Add(-time.Hour), at, v * float64(i+1), map[string]any{
					"service.name": "shop", "gen_ai.provider.name": "openai", "gen_ai.request.model": fmt.Sprintf("model-%d", i),
				}}
			}
			counter(ms, fmt.Sprintf("metric.%d", m), values...)
		}
	})
}

func benchOptions(b *testing.B) Options {
	var told heard
	o := options(b.TempDir(), &told)
	o.MaxSeries = 1_000_000
	o.Now = func() time.Time { return begin.AddDate(1, 0, 0) }
	return o
}

// A request of 1,000 samples, every 15 seconds of made-up time.
func BenchmarkAppend(b *testing.B) {
	h, err := Open(b.Context(), benchOptions(b))
	require.NoError(b, err)
	defer func() { _ = h.Close(context.Background()) }()
	at := begin
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		at = at.Add(15 * time.Second)
		md := batch(1000, at, float64(at.Unix()))
		b.StartTimer()
		require.NoError(b, h.Append(b.Context(), md))
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}

// BenchmarkFullHead fills three hours of 10,000 series at 15 s, the most that is ever in memory, and then opens it: `go test -bench FullHead -benchtime 1x`.
func BenchmarkFullHead(b *testing.B) {
	const series, samples = 10_000, 3*60*4 + 4
	o := benchOptions(b)
	h, err := Open(b.Context(), o)
	require.NoError(b, err)
	before := heap()
	for i := range samples {
		require.NoError(b, h.Append(b.Context(), batch(series, begin.Add(time.Duration(i)*15*time.Second), float64(i))))
	}
	memory, log := heap()-before, size(b, o.Dir)
	require.NoError(b, h.Close(context.Background()))
	for b.Loop() {
		h, err = Open(b.Context(), o)
		require.NoError(b, err)
		b.StopTimer()
		require.NoError(b, h.Close(context.Background()))
		b.StartTimer()
	}
	h, err = Open(b.Context(), o)
	require.NoError(b, err)
	h.Tend()
	var bytes int64
	var held uint64
	for _, block := range h.raw.db.Blocks() {
		bytes += block.Size()
		held += block.Meta().Stats.NumSamples
	}
	require.NotZero(b, held)
	require.NoError(b, h.Close(context.Background()))
	b.ReportMetric(float64(memory)/(1<<20), "MiB-heap")
	b.ReportMetric(float64(log)/series/samples, "log-bytes/sample")
	b.ReportMetric(float64(bytes)/float64(held), "block-bytes/sample")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func size(b *testing.B, dir string) (n int64) {
	require.NoError(b, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err == nil {
			n += info.Size()
		}
		return err
	}))
	return n
}
