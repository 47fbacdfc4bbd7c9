package budgetalert

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func limitUSD(v float64) *float64 { return &v }

// pointsOf are the values of a metric in the last export, by the value of one attribute.
func pointsOf(sink *consumertest.MetricsSink, name, by string) map[string]float64 {
	got := map[string]float64{}
	all := sink.AllMetrics()
	if len(all) == 0 {
		return got
	}
	for _, rm := range all[len(all)-1].ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if m.Name() != name {
					continue
				}
				points := pmetric.NewNumberDataPointSlice()
				if m.Type() == pmetric.MetricTypeSum {
					points = m.Sum().DataPoints()
				} else if m.Type() == pmetric.MetricTypeGauge {
					points = m.Gauge().DataPoints()
				}
				for _, p := range points.All() {
					value := p.DoubleValue()
					if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
						value = float64(p.IntValue())
					}
					got[textOf(p.Attributes(), by)] += value
				}
			}
		}
	}
	return got
}

func typesOf(sink *consumertest.LogsSink) (types []string) {
	for _, a := range alertsOf(sink) {
		types = append(types, a.Type+" "+a.State)
	}
	return types
}

// One budget through its hour: each threshold fires once, a redelivered call adds nothing, its end resolves, and a restart in between
// changes nothing.
func TestABudgetThroughItsHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, metrics, cfg := new(consumertest.LogsSink), new(consumertest.MetricsSink), testConfig(t)
		cfg.Thresholds = nil
		cfg.Budgets = []budget.Config{
			{Name: "org", Period: "hour", LimitUSD: limitUSD(10)},
			{Name: "team", Period: "hour", LimitUSD: limitUSD(4), GroupBy: []any{"team"}},
		}
		toLogs, toMetrics := startTraces(t, cfg, logs, metrics)
		send := func(n byte, team string, usd float64) {
			td := spansOf(spec{service: "bot", model: "gpt-4o", team: team, status: genai.StatusPriced, usd: usd, in: 10, out: 1, end: time.Now(), n: n})
			require.NoError(t, toLogs.ConsumeTraces(t.Context(), td))
			require.NoError(t, toMetrics.ConsumeTraces(t.Context(), td))
			synctest.Wait()
		}
		send(1, "search", 3)
		require.Empty(t, typesOf(logs))
		send(2, "search", 0.5)
		require.Equal(t, []string{"HOURLY_BUDGET_WARNING firing"}, typesOf(logs))
		require.Equal(t, map[string]string{"team": "search"}, alertsOf(logs)[0].Group)
		send(2, "search", 0.5)
		send(3, "ads", 3)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, map[string]float64{"org": 6.5, "team": 6.5}, pointsOf(metrics, "llm.budget.spent.usd", genai.BudgetName))
		require.Equal(t, map[string]float64{"search": 3.5, "ads": 3, "": 6.5}, pointsOf(metrics, "llm.budget.spent.usd", "team"))
		require.Equal(t, map[string]float64{"gpt-4o": 6.5}, pointsOf(metrics, genai.MetricBookedUSD, genai.RequestModel))
		require.Equal(t, map[string]float64{"gpt-4o": 3}, pointsOf(metrics, genai.MetricBookedCalls, genai.RequestModel))
		require.Equal(t, map[string]float64{"input_uncached": 30, "output_visible": 3, "cache_read": 0, "cache_write": 0, "reasoning": 0},
			pointsOf(metrics, genai.MetricBookedTokens, genai.TokenType))

		require.NoError(t, toLogs.Shutdown(t.Context()))
		require.NoError(t, toMetrics.Shutdown(t.Context()))
		toLogs, toMetrics = startTraces(t, cfg, logs, metrics)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Len(t, typesOf(logs), 1, "a restart fires nothing again")
		send(4, "ads", 4)
		require.ElementsMatch(t, []string{"HOURLY_BUDGET_WARNING firing", "HOURLY_BUDGET_EXCEEDED firing", "HOURLY_BUDGET_EXCEEDED firing"}, typesOf(logs))
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Len(t, typesOf(logs), 6, "all are resolved")
		ids := map[string]bool{}
		for _, a := range alertsOf(logs) {
			ids[a.ID] = true
		}
		require.Len(t, ids, 6)
		require.Equal(t, map[string]float64{"gpt-4o": 10.5}, pointsOf(metrics, genai.MetricBookedUSD, genai.RequestModel), "the book goes on")
		require.NoError(t, toLogs.Shutdown(t.Context()))
		require.NoError(t, toMetrics.Shutdown(t.Context()))
	})
}

// What spent most of a budget that the book cannot take apart is known after a restart, too.
func TestDriversAfterARestart(t *testing.T) {
	for _, c := range []budget.Config{
		{Name: "b", Period: "day", LimitUSD: limitUSD(10), Thresholds: []float64{1}, Where: `attributes["team"] == "search"`},
		{Name: "b", Period: "day", LimitUSD: limitUSD(10), Thresholds: []float64{1}, GroupBy: []any{"team"}},
		{Name: "b", Period: "run", LimitUSD: limitUSD(10), Thresholds: []float64{1}},
	} {
		synctest.Test(t, func(t *testing.T) {
			logs, cfg := new(consumertest.LogsSink), testConfig(t)
			cfg.Thresholds, cfg.Budgets = nil, []budget.Config{c}
			toLogs, _ := startTraces(t, cfg, logs, nil)
			send := func(n byte, model string, usd float64) {
				one := spec{service: "bot", model: model, team: "search", conversation: "c", status: genai.StatusPriced, usd: usd, end: time.Now(), n: n}
				require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(one)))
				synctest.Wait()
			}
			send(1, "gpt-4o", 6)
			send(2, "o3", 3)
			require.NoError(t, toLogs.Shutdown(t.Context()))
			toLogs, _ = startTraces(t, cfg, logs, nil)
			send(1, "gpt-4o", 6)
			send(3, "gpt-4o", 3)
			require.NoError(t, toLogs.Shutdown(t.Context()))
			alerts := alertsOf(logs)
			require.Len(t, alerts, 1)
			require.Equal(t, []string{"gpt-4o, bot: 9 USD (75 %)", "o3, bot: 3 USD (25 %)"}, alerts[0].Drivers)
		})
	}
}

// A changed file is taken over while calls come; a bad one changes nothing.
func TestBudgetsFileIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "budgets.yaml")
		write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
		write("- {name: org, period: day, limit_usd: 100}\n")
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		cfg.Thresholds, cfg.Budgets, cfg.BudgetsFile = nil, nil, path
		toLogs, _ := startTraces(t, cfg, logs, nil)
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(spec{model: "m", status: genai.StatusPriced, usd: 9, end: time.Now(), n: 1})))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Empty(t, typesOf(logs))
		write("- {name: org, period: day, limit_usd: nothing}\n")
		time.Sleep(time.Minute)
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), spansOf(spec{model: "m", status: genai.StatusPriced, usd: 0.5, end: time.Now(), n: 2})))
		synctest.Wait()
		require.Empty(t, typesOf(logs))
		write("- {name: org, period: day, limit_usd: 10}\n")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"DAILY_BUDGET_WARNING firing"}, typesOf(logs), "9.50 of 10")
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// refusing is a ledger whose store is away, and that refuses then.
type refusing struct{ ledger.Ledger }

func (refusing) Change(context.Context, ledger.Decide) error { return errors.New("the store is away") }

// A good file that comes while the store refuses to begin with its budgets is tried again, and complained about once.
func TestABudgetsFileWaitsForTheLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "budgets.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	write("- {name: org, period: day, limit_usd: 100}\n")
	cfg := testConfig(t)
	cfg.Thresholds, cfg.Budgets, cfg.BudgetsFile = nil, nil, path
	s, err := newState(cfg, connectortest.NewNopSettings(metadata.Type))
	require.NoError(t, err)
	defer s.telemetry.Shutdown()
	working := ledger.NewMemory(ledger.Options{})
	s.ledger = newWaking(working, make(chan struct{}, 1))
	require.NoError(t, s.prepare(t.Context(), time.Now()))
	core, told := observer.New(zap.InfoLevel)
	s.logger, s.ledger.Ledger = zap.New(core), refusing{working}
	write("- {name: other, period: day, limit_usd: 10}\n")
	for range 3 {
		s.followFile(t.Context(), time.Now())
	}
	require.Equal(t, 1, told.FilterLevelExact(zap.ErrorLevel).Len())
	s.ledger.Ledger = working
	s.followFile(t.Context(), time.Now())
	s.followFile(t.Context(), time.Now())
	require.Equal(t, 1, told.FilterLevelExact(zap.InfoLevel).Len(), "it is taken over, once")
	all, err := s.levels(t.Context(), time.Now())
	require.NoError(t, err)
	require.Equal(t, "other", all[0].Budget)
}

// Thresholds see metrics and slow spans.
func TestThresholdsRaiseAlerts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), testConfig(t)
		toLogs, _ := startTraces(t, cfg, logs, nil)
		td := spansOf(spec{end: time.Now(), n: 1})
		span := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		span.Attributes().PutStr(genai.OperationName, genai.OpInvokeAgent)
		span.Attributes().PutStr(genai.AgentName, "planner")
		span.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now().Add(-11 * time.Second)))
		require.NoError(t, toLogs.ConsumeTraces(t.Context(), td))
		synctest.Wait()
		require.Equal(t, []string{"SLOW_RESPONSE firing"}, typesOf(logs))
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// Who mistakes the year of an override reads that it does nothing.
func TestAnOverrideThatIsOverIsSaid(t *testing.T) {
	cfg := testConfig(t)
	cfg.Thresholds = nil
	cfg.Budgets = []budget.Config{{Name: "org", Period: "day", LimitUSD: limitUSD(10)}}
	cfg.Overrides = []budget.Override{
		{Budget: "org", LimitUSD: limitUSD(20), Until: "2025-12-01"},
		{Budget: "org", LimitUSD: limitUSD(30), Until: "2999-12-01"},
	}
	require.NoError(t, cfg.Validate())
	core, told := observer.New(zap.WarnLevel)
	set := connectortest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	s, err := newState(cfg, set)
	require.NoError(t, err)
	defer s.telemetry.Shutdown()
	s.ledger = newWaking(ledger.NewMemory(ledger.Options{}), make(chan struct{}, 1))
	require.NoError(t, s.prepare(t.Context(), time.Now()))
	require.Len(t, told.All(), 1)
	require.Equal(t, "overrides[0]", told.All()[0].ContextMap()["key"])
	all, err := s.levels(t.Context(), time.Now())
	require.NoError(t, err)
	require.Equal(t, 30.0, all[0].Limit)
}
