package llmcost

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// With dedupe.hold a twin that knows more counts although it came second in another request.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := createDefaultConfig().(*Config)
		cfg.Dedupe.Hold = 2 * time.Second
		require.NoError(t, cfg.Validate())
		sink := new(consumertest.TracesSink)
		p, err := NewFactory().CreateTraces(t.Context(), settings(), cfg, sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		began := time.Now()
		var wg sync.WaitGroup
		less := map[string]any{genai.ResponseID: "r1"}
		more := map[string]any{genai.ResponseID: "r1", genai.UsageCacheRead: 400}
		for i, attrs := range []map[string]any{less, more, {genai.ResponseID: "other"}} {
			wg.Go(func() {
				_ = p.ConsumeTraces(context.Background(), report{id: byte(i + 1), to: 4, attrs: attrs}.span())
			})
			time.Sleep(time.Second / 2)
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, 2*time.Second, time.Since(began), "the first waits the whole time, those that join it less")
		got := sumOf(sink.AllTraces()...)
		require.Equal(t, map[string]int{genai.StatusPriced: 2, genai.StatusDuplicate: 1}, got.statuses)
		require.EqualValues(t, 180_000+210_000, got.nano, "the fuller twin, and the other call")

		began = time.Now()
		require.NoError(t, p.ConsumeTraces(t.Context(), spanWith(map[string]any{"http.route": "/"})))
		require.Equal(t, began, time.Now(), "what is no call does not wait")
		require.NoError(t, p.Shutdown(t.Context()))
	})
}

// With it the span between two reports may come last.
func TestHoldWaitsForTheSpanBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := createDefaultConfig().(*Config)
		cfg.Dedupe.Hold = 2 * time.Second
		sink := new(consumertest.TracesSink)
		p, err := NewFactory().CreateTraces(t.Context(), settings(), cfg, sink)
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		n := &nest{[]nested{
			{scope: "a", name: "generation", attrs: called(1000, 100)},
			{scope: "b", name: "step", attrs: map[string]any{"openinference.span.kind": "CHAIN"}},
			{scope: "c", name: "chat", attrs: called(1000, 100)},
		}}
		var wg sync.WaitGroup
		for _, i := range []int{0, 2, 1} {
			wg.Go(func() { _ = p.ConsumeTraces(context.Background(), n.request(i)) })
			time.Sleep(time.Second / 2)
			synctest.Wait()
		}
		wg.Wait()
		synctest.Wait()
		got := sumOf(sink.AllTraces()...)
		require.Equal(t, map[string]int{genai.StatusPriced: 1, genai.StatusDuplicate: 1, genai.StatusRollup: 1}, got.statuses)
		require.NoError(t, p.Shutdown(t.Context()))
	})
}

// However many requests come at once, what waits is bounded, and all are decided.
func TestHoldIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		decided := 0
		var mu sync.Mutex
		h := &holding{hold: time.Hour, decide: func(all []witness) {
			mu.Lock()
			defer mu.Unlock()
			if len(all) > maxHeld+100 {
				t.Errorf("%d at once", len(all))
			}
			for i := range all {
				all[i].outcome = counts
			}
			decided += len(all)
		}}
		var wg sync.WaitGroup
		began := time.Now()
		for range 2 * maxHeld / 100 {
			wg.Go(func() {
				request := make([]witness, 100)
				h.wait(request)
				for i := range request {
					if request[i].outcome != counts {
						t.Error(fmt.Sprint(i, " is not decided"))
					}
				}
			})
		}
		wg.Wait()
		require.Equal(t, 2*maxHeld, decided)
		require.Equal(t, began, time.Now(), "full rounds do not wait")
	})
}
