package budgetalert

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/shared"
)

func alertsOf(sink *consumertest.LogsSink) (all []alert.Alert) {
	for _, ld := range sink.AllLogs() {
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, rec := range sl.LogRecords().All() {
					if a, ok := alert.Read(rec); ok {
						all = append(all, a)
					}
				}
			}
		}
	}
	return all
}

// A model call without a price makes budgets in USD blind: that is said, once a day and model.
func TestUnpricedUsageIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs := new(consumertest.LogsSink)
		toLogs, _ := startTraces(t, testConfig(t), logs, nil)
		send := func(model string, n byte) {
			require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(spec{model: model, end: time.Now(), n: n})))
			synctest.Wait()
		}
		send("gpt-new", 1)
		send("gpt-new", 2)
		all := alertsOf(logs)
		require.Len(t, all, 1)
		require.Equal(t, genai.AlertUnpricedUsage, all[0].Type)
		require.Equal(t, genai.ReasonNoLLMCost, all[0].Reason)
		require.Equal(t, map[string]string{"model": "gpt-new", "provider": "openai"}, all[0].Group)
		require.Equal(t, [16]byte{15: 1, 0: 1}, all[0].Trace)
		send("another", 3)
		require.Len(t, alertsOf(logs), 2)
		time.Sleep(24 * time.Hour)
		send("gpt-new", 4)
		require.Len(t, alertsOf(logs), 3, "the next day")
		require.NotEqual(t, all[0].ID, alertsOf(logs)[2].ID)
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

func TestUnpricedUsageAfterSomeCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		cfg.Unpriced.AlertAfterCalls = 3
		toLogs, _ := startTraces(t, cfg, logs, nil)
		for n := range byte(3) {
			require.Empty(t, alertsOf(logs))
			require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(spec{model: "m", end: time.Now(), n: n + 1})))
			synctest.Wait()
		}
		require.Len(t, alertsOf(logs), 1)
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// Senders choose the names of models: they cannot make an alert of each call.
func TestNoFloodOfModelsWithoutAPrice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		toLogs, _ := startTraces(t, cfg, logs, nil)
		send := func(from, to int) {
			var calls []spec
			for n := from; n < to; n++ {
				calls = append(calls, spec{model: fmt.Sprintf("m-%d", n), end: time.Now(), n: byte(n)})
			}
			require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(calls...)))
			synctest.Wait()
		}
		told := func() map[string]int {
			all := map[string]int{}
			for _, a := range alertsOf(logs) {
				require.Equal(t, genai.AlertUnpricedUsage, a.Type)
				all[a.Reason]++
			}
			return all
		}
		send(0, 60)
		send(30, 90)
		require.Equal(t, map[string]int{genai.ReasonNoLLMCost: 90}, told())
		require.NoError(t, toLogs.Shutdown(t.Context()))
		toLogs, _ = startTraces(t, cfg, logs, nil)
		send(0, 200)
		send(100, 250)
		require.Equal(t, map[string]int{genai.ReasonNoLLMCost: maxUnpriced, reasonManyModels: 1}, told(), "a restart begins nothing anew")
		time.Sleep(24 * time.Hour)
		send(0, 10)
		require.Equal(t, map[string]int{genai.ReasonNoLLMCost: maxUnpriced + 10, reasonManyModels: 1}, told(), "the next day")
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

func TestLateAndFutureCallsAreSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs := new(consumertest.LogsSink)
		toLogs, _ := startTraces(t, testConfig(t), logs, nil)
		now := time.Now()
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(
			spec{model: "m", status: genai.StatusPriced, usd: 1, end: now.Add(-25 * time.Hour), n: 1},
			spec{model: "m", status: genai.StatusPriced, usd: 1, end: now.Add(-26 * time.Hour), n: 2},
			spec{model: "m", status: genai.StatusPriced, usd: 1, end: now.Add(time.Hour), n: 3},
		)))
		synctest.Wait()
		all := alertsOf(logs)
		require.Len(t, all, 1, "once a day, whatever is wrong with the time")
		require.Equal(t, genai.AlertLateUsage, all[0].Type)
		require.InDelta(t, 3, all[0].Value, 0)
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(
			spec{model: "m", status: genai.StatusPriced, usd: 1, end: now.Add(2 * time.Hour), n: 4},
		)))
		synctest.Wait()
		require.Len(t, alertsOf(logs), 1)
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// Both connectors of a traces pipeline get every request; what one of them raised last is flushed while downstream still runs.
func TestTwoConnectorsAreOneState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, metrics, cfg := new(consumertest.LogsSink), new(consumertest.MetricsSink), testConfig(t)
		cfg.Interval = time.Hour
		toLogs, toMetrics := startTraces(t, cfg, logs, metrics)
		synctest.Wait()
		metrics.Reset() // what the start exports
		td := spansOf(spec{model: "m", end: time.Now(), n: 1})
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), td))
		require.NoError(t, toMetrics.ConsumeTraces(t.Context(), td))
		synctest.Wait()
		require.Len(t, alertsOf(logs), 1)
		require.NoError(t, toLogs.Shutdown(t.Context()))
		require.Len(t, metrics.AllMetrics(), 1, "the news")
		require.NoError(t, toMetrics.Shutdown(t.Context()))
		require.Len(t, metrics.AllMetrics(), 2, "the last interval")
		require.NoError(t, toMetrics.Shutdown(t.Context()), "a second time does nothing")
		require.ErrorIs(t, toMetrics.ConsumeTraces(t.Context(), td), shared.ErrNotRunning)
		require.Zero(t, states.Len())
	})
}

func TestAWrongFileOfBudgetsKeepsFromStarting(t *testing.T) {
	cfg := testConfig(t)
	cfg.BudgetsFile = t.TempDir() + "/none.yaml"
	c, err := createTracesToLogs(t.Context(), connectortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, c.Start(t.Context(), componenttest.NewNopHost()), "budgets_file")
	require.Zero(t, states.Len())
}

// Downstream that hangs does not keep the Collector from stopping.
func TestShutdownDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		r := &receiver{fail: func([]string) error { <-hang; return errors.New("too late") }}
		log, said := observer.New(zap.WarnLevel)
		set := connectortest.NewNopSettings(metadata.Type)
		set.Logger = zap.New(log)
		cfg := testConfig(t)
		require.NoError(t, cfg.Validate())
		toLogs, err := createTracesToLogs(t.Context(), set, cfg, r)
		require.NoError(t, err)
		require.NoError(t, toLogs.Start(t.Context(), componenttest.NewNopHost()))
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(spec{model: "m", end: time.Now(), n: 1})))
		synctest.Wait()
		began := time.Now()
		require.NoError(t, toLogs.Shutdown(context.Background()))
		require.Equal(t, 1, said.FilterMessage("Alerts that were not delivered stay in the ledger").Len())
		require.Less(t, time.Since(began), time.Minute)
		close(hang)
		synctest.Wait()
	})
}
