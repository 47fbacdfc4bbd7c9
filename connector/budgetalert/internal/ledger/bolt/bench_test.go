package bolt

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// smallFile is a file of a few pages.
func smallFile(tb testing.TB) []byte {
	o := options(tb.TempDir(), &clock{now: start}, &heard{})
	l, err := Open(o)
	require.NoError(tb, err)
	for id := range uint64(3) {
		require.NoError(tb, l.Record(tb.Context(), []ledger.Call{call(id+1, minute, 10)}, func(ledger.View) []ledger.Change {
			return []ledger.Change{{Key: fmt.Sprint(id), Value: []byte("x"), Alert: &ledger.Alert{ID: fmt.Sprint(id)}}}
		}))
	}
	require.NoError(tb, l.Close())
	content, err := os.ReadFile(l.store.path)
	require.NoError(tb, err)
	return content
}

// BenchmarkRecord is requests in flight, each with some calls, that four budgets and the book count. Set TMPDIR to say on which disk.
func BenchmarkRecord(b *testing.B) {
	for _, calls := range []int{1, 100} {
		for _, inFlight := range []int{1, 8, 64, 256} {
			b.Run(fmt.Sprintf("calls=%d/inflight=%d", calls, inFlight), func(b *testing.B) { benchmarkRecord(b, calls, inFlight) })
		}
	}
}

func benchmarkRecord(b *testing.B, calls, inFlight int) {
	l, err := Open(Options{Directory: b.TempDir(), Options: ledger.Options{Seed: genai.Seed{1}}})
	require.NoError(b, err)
	defer func() { require.NoError(b, l.Close()) }()
	var ids atomic.Uint64
	now := time.Now()
	day, expires := now.Unix()/86400*86400, now.Unix()+86400
	row := book.Row{Service: "service", Provider: "openai", Model: "gpt-4o-mini", Agent: "agent", Keys: []string{"search"}}
	decide := func(v ledger.View) []ledger.Change {
		_ = v.Sum("org-daily", day, day+1) + v.Sum("org-monthly", day, day+1) + v.Sum("team", day, day+1)
		_ = v.Sum("rolling", day, day+86400)
		return nil
	}
	b.SetParallelism(max(1, inFlight/2)) // two processors
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		batch := make([]ledger.Call, calls)
		for pb.Next() {
			for i := range batch {
				batch[i] = ledger.Call{
					ID: ids.Add(1) * 0x9E3779B97F4A7C15, Minute: time.Now().Unix() / 60,
					Adds: []ledger.Add{
						{Series: "org-daily", Slot: day, Amount: 10, Expires: expires},
						{Series: "org-monthly", Slot: day, Amount: 10, Expires: expires},
						{Series: "team", Slot: day, Amount: 10, Expires: expires},
						{Series: "rolling", Slot: now.Unix() / 60 * 60, Amount: 10, Expires: expires},
					},
					Book: []book.Entry{{Hour: now.Unix() / 3600, Row: row, Sums: book.Sums{NanoUSD: 10, Calls: 1}}},
				}
			}
			if err := l.Record(b.Context(), batch, decide); err != nil {
				b.Error(err)
			}
		}
	})
	b.StopTimer()
	stats := l.Stats()
	b.ReportMetric(float64(stats.Commits)/b.Elapsed().Seconds(), "commits/s")
	b.ReportMetric(float64(stats.Requests)/float64(stats.Commits), "requests/commit")
	b.ReportMetric(float64(b.N*calls)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkOpen opens a ledger with a million ids, and with a book of 35 days of so many rows an hour; 2,000 are all there may be.
func BenchmarkOpen(b *testing.B) {
	for _, rows := range []int{0, 100, 500, 2000} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) { benchmarkOpen(b, rows) })
	}
}

func benchmarkOpen(b *testing.B, rows int) {
	o := Options{Directory: b.TempDir()}
	l, err := Open(o)
	require.NoError(b, err)
	now := time.Now().Unix()
	for from := 0; from < 1_000_000; from += 1000 {
		batch := make([]ledger.Call, 1000)
		for i := range batch {
			batch[i] = ledger.Call{ID: uint64(from+i+1) * 0x9E3779B97F4A7C15, Minute: now/60 - int64(from/20_000)}
		}
		require.NoError(b, l.Record(b.Context(), batch, nil))
	}
	for ago := range int64(35 * 24) {
		batch := make([]ledger.Call, rows)
		for i := range batch {
			batch[i] = ledger.Call{Minute: now/60 - 60*ago, Book: []book.Entry{{
				Hour: now/3600 - ago, Sums: book.Sums{NanoUSD: 10, Calls: 1},
				Row: book.Row{Service: fmt.Sprint("service-", i/10), Provider: "openai", Model: "gpt-4o-mini", Agent: fmt.Sprint("agent-", i%10)},
			}}}
		}
		if rows > 0 {
			require.NoError(b, l.Record(b.Context(), batch, nil))
		}
	}
	require.NoError(b, l.Close())
	b.ResetTimer()
	for b.Loop() {
		l, err := Open(o)
		require.NoError(b, err)
		require.NoError(b, l.Close())
	}
	b.StopTimer()
	about, err := os.Stat(l.store.path)
	require.NoError(b, err)
	b.ReportMetric(float64(about.Size())/1e6, "MB")
}
