package budgetalert

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Requests that come at once use one another's batches afterwards: each call still counts for its own team, model and run, whatever the
// request before it had.
func TestRequestsAtOnceDoNotMix(t *testing.T) {
	const senders, requests = 8, 20
	logs, cfg := new(consumertest.LogsSink), testConfig(t)
	cfg.Thresholds, cfg.Book.By = nil, []Key{{Name: "team", From: fromSpan}}
	cfg.Budgets = []budget.Config{
		{Name: "team", Period: "lifetime", LimitUSD: limitUSD(1e6), GroupBy: []any{"team"}},
		{Name: "gpt", Period: "lifetime", LimitUSD: limitUSD(1e6), Where: `attributes["gen_ai.request.model"] == "model-0"`},
		{Name: "run", Period: "run", LimitUSD: limitUSD(1e6)},
	}
	toLogs, _ := startTraces(t, cfg, logs, nil)
	var all sync.WaitGroup
	want, now := map[string]float64{}, time.Now()
	for sender := range senders {
		team := fmt.Sprint("team-", sender)
		var bodies [][]spec
		n := byte(0)
		for request := range requests {
			body := make([]spec, 1+(sender+request)%5)
			for i := range body {
				n++
				usd := float64(1 + sender)
				body[i] = spec{service: "bot", model: fmt.Sprint("model-", sender%2), team: team, status: genai.StatusPriced, usd: usd, end: now, n: n, conversation: team}
				body[i].response = fmt.Sprintf("resp_%016d%016d", sender, n)
				want["team "+team] += usd
				if sender%2 == 0 {
					want["gpt "] += usd
				}
			}
			bodies = append(bodies, body)
		}
		all.Go(func() {
			for _, body := range bodies {
				if err := toLogs.ConsumeTraces(t.Context(), spansOf(body...)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	s, err := toLogs.Get()
	require.NoError(t, err)
	levels, err := s.levels(t.Context(), now)
	require.NoError(t, err)
	got := map[string]float64{}
	for i := range levels {
		l := &levels[i]
		value := ""
		if len(l.Values) > 0 {
			value = l.Values[0]
		}
		got[l.Budget+" "+value] = l.Spent
	}
	require.Equal(t, want, got)
	require.Equal(t, senders, s.engine.Stats().OpenRuns)
	s.emitter.collect()
	require.Len(t, s.emitter.rows, senders)
	for i := range s.emitter.rows {
		row := &s.emitter.rows[i]
		require.Equal(t, nanos(want["team "+row.row.Keys[0]]), row.sums.NanoUSD)
	}
	require.NoError(t, toLogs.Shutdown(t.Context()))
}

func nanos(usd float64) int64 { return int64(usd * 1e9) }
