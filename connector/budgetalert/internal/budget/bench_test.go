package budget

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// sink is a ledger that does nothing: what is left is the engine.
type sink struct {
	ledger.Ledger
	view ledger.View
}

func (s *sink) Record(_ context.Context, _ []ledger.Call, decide ledger.Decide) error {
	decide(s.view)
	return nil
}

type nothing struct{ ledger.View }

func (nothing) Sum(string, int64, int64) int64 { return 0 }

// Four budgets, two of them by team. per span is what counts.
func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{1, 100} {
		for _, with := range []string{"engine", "memory"} {
			b.Run(fmt.Sprintf("%s/batch=%d", with, size), func(b *testing.B) {
				w := newWorld(b, "2026-11-20T12:00:00Z", `
budgets:
  - {name: d, period: day, limit_usd: 1e9, timezone: Europe/Berlin}
  - {name: m, period: month, limit_usd: 1e9, timezone: Europe/Berlin}
  - {name: t, period: month, limit_usd: 1e9, group_by: [team], timezone: Europe/Berlin}
  - {name: c, period: day, limit_tokens: 1e15, group_by: [team]}
`)
				if with == "engine" {
					w.engine.ledger = &sink{w.ledger, nothing{}}
				}
				var spends []Spend
				for i := range size {
					spends = append(spends, w.call(fmt.Sprint("team", i%20), 0.01))
				}
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					for i := range spends {
						w.id++
						spends[i].ID = w.id
					}
					if err := w.engine.Record(context.Background(), spends, w.now); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/span")
			})
		}
	}
}

// The look of a minute at 10,000 groups of two budgets, a tenth of which have an alert that fires.
func BenchmarkTick(b *testing.B) {
	w := newWorld(b, "2026-11-20T12:00:00Z", `
budgets:
  - {name: d, period: day, limit_usd: 100, group_by: [team]}
  - {name: m, period: month, limit_usd: 100, group_by: [team]}
`)
	spends := make([]Spend, 10_000)
	for i := range spends {
		spends[i] = w.call(fmt.Sprint("team", i), float64(i%10)*10)
		spends[i].Row.Keys = nil
	}
	w.record(spends...)
	b.ResetTimer()
	for range b.N {
		w.now = w.now.Add(time.Minute)
		if err := w.engine.Tick(context.Background(), w.now); err != nil {
			b.Fatal(err)
		}
	}
}
