package valkey

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger/bolt"
)

// BenchmarkRecord tells how many calls a second replicas count together, in batches of 100 with 64 in flight: each call adds to six
// sums and to the book, all is synced to disk, and replicas and server share this machine.
func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("replicas-%d", n), func(b *testing.B) {
			s := startServer(b, durable...)
			replicas := make([]*Ledger, n)
			for i := range replicas {
				local, err := bolt.Open(bolt.Options{Directory: b.TempDir()})
				require.NoError(b, err)
				replicas[i] = open(b, s, b.TempDir(), func(o *Options) { o.Local = local })
			}
			var next atomic.Uint64
			var workers sync.WaitGroup
			from := time.Now()
			for w := range 64 {
				workers.Go(func() {
					for {
						batch := next.Add(1)
						if batch > uint64(b.N) {
							return
						}
						if err := replicas[w%n].Record(context.Background(), hundred(batch), raise("s0", 1<<62)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			workers.Wait()
			seconds := time.Since(from).Seconds()
			b.ReportMetric(float64(100*b.N)/seconds, "calls/s")
			var commits, requests int64
			for _, l := range replicas {
				stats := l.Stats()
				commits, requests = commits+stats.Commits, requests+stats.Requests
			}
			b.ReportMetric(float64(requests)/float64(commits), "batches/commit")
			b.ReportMetric(float64(commits)/seconds, "commits/s")
		})
	}
}

func hundred(batch uint64) []ledger.Call {
	calls := make([]ledger.Call, 100)
	for i := range calls {
		id := batch*100 + uint64(i)
		calls[i] = call(id*0x9e3779b97f4a7c15|1, 1000, "s0", "s1", "s2", "s3", "s4", fmt.Sprintf("team-%d", id%20))
	}
	return calls
}
