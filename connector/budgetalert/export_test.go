package budgetalert

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// What is spent is exported within a second, however long the interval is: only what changed, and at most once a second.
func TestSpendIsExportedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics, cfg := new(consumertest.MetricsSink), testConfig(t)
		cfg.Interval = time.Minute
		cfg.Budgets = []budget.Config{{Name: "team", Period: "year", LimitUSD: limitUSD(4), GroupBy: []any{"team"}}}
		_, toMetrics := startTraces(t, cfg, nil, metrics)
		synctest.Wait()
		metrics.Reset() // what the start exports
		send := func(n byte, team string) {
			require.NoError(t, toMetrics.ConsumeTraces(t.Context(), spansOf(
				spec{model: team + "-model", team: team, status: genai.StatusPriced, usd: 1, end: time.Now(), n: n})))
			synctest.Wait()
		}
		spent := func() map[string]float64 { return pointsOf(metrics, "llm.budget.spent.usd", "team") }
		send(1, "search")
		require.Len(t, metrics.AllMetrics(), 1, "the first one waits for nothing")
		require.Equal(t, map[string]float64{"search": 1}, spent())
		time.Sleep(400 * time.Millisecond)
		send(2, "ads")
		send(3, "ads")
		require.Len(t, metrics.AllMetrics(), 1)
		time.Sleep(600 * time.Millisecond)
		synctest.Wait()
		require.Len(t, metrics.AllMetrics(), 2)
		require.Equal(t, map[string]float64{"ads": 2}, spent(), "what is as it was is not said")
		require.Equal(t, map[string]float64{"ads-model": 2}, pointsOf(metrics, genai.MetricBookedCalls, genai.RequestModel))
		send(3, "ads")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		require.Len(t, metrics.AllMetrics(), 2, "a call that is known changes nothing")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		require.Len(t, metrics.AllMetrics(), 3)
		require.Equal(t, map[string]float64{"search": 1, "ads": 2}, spent(), "the interval says everything")
		require.NoError(t, toMetrics.Shutdown(t.Context()))
	})
}

// A restart leaves no gap of an interval: what the ledger has kept is exported as soon as somebody listens, spent money and its counters.
func TestStartExports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(t)
		cfg.Interval = time.Hour
		cfg.Budgets = []budget.Config{{Name: "org", Period: "year", LimitUSD: limitUSD(4)}}
		_, toMetrics := startTraces(t, cfg, nil, new(consumertest.MetricsSink))
		call := spec{model: "m", status: genai.StatusPriced, usd: 1, end: time.Now(), n: 1}
		require.NoError(t, toMetrics.ConsumeTraces(t.Context(), spansOf(call)))
		require.NoError(t, toMetrics.Shutdown(t.Context()))
		metrics := new(consumertest.MetricsSink)
		_, toMetrics = startTraces(t, cfg, nil, metrics)
		synctest.Wait()
		require.Len(t, metrics.AllMetrics(), 1)
		require.Equal(t, map[string]float64{"org": 1}, pointsOf(metrics, "llm.budget.spent.usd", "budget.name"))
		require.Equal(t, map[string]float64{"m": 1}, pointsOf(metrics, genai.MetricBookedUSD, genai.RequestModel))
		require.NoError(t, toMetrics.Shutdown(t.Context()))
	})
}

// A new counter is 0 first and gets its value with the interval, whatever else changes in between.
func TestNewsKeepTheZeros(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics, cfg := new(consumertest.MetricsSink), testConfig(t)
		cfg.Interval, cfg.ZeroFor = 15*time.Second, 20*time.Second
		_, toMetrics := startTraces(t, cfg, nil, metrics)
		calls := func() map[string]float64 { return pointsOf(metrics, genai.MetricBookedCalls, genai.RequestModel) }
		for n := range byte(4) { // after 0, 4, 8 and 12 s: before the interval
			require.NoError(t, toMetrics.ConsumeTraces(t.Context(), spansOf(spec{model: "m", status: genai.StatusPriced, usd: 1, end: time.Now(), n: n + 1})))
			synctest.Wait()
			if n == 0 {
				require.Equal(t, map[string]float64{"m": 0}, calls())
			} else {
				require.Empty(t, calls(), "0 was said")
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			require.Len(t, pointsOf(metrics, "llm.budget.spent.usd", genai.BudgetName), 2)
			time.Sleep(2 * time.Second)
		}
		time.Sleep(15 * time.Second) // 31 s
		synctest.Wait()
		require.Equal(t, map[string]float64{"m": 4}, calls())
		require.NoError(t, toMetrics.Shutdown(t.Context()))
	})
}

func TestPauseBetweenExports(t *testing.T) {
	require.Equal(t, time.Second, pause(0))
	require.Equal(t, time.Second, pause(50*time.Millisecond))
	require.Equal(t, 4*time.Second, pause(200*time.Millisecond))
}

// When a period begins and ends is said of all budgets that have such a time.
func TestThePeriodIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics, cfg := new(consumertest.MetricsSink), testConfig(t)
		cfg.Timezone = "Asia/Kolkata"
		cfg.Budgets = []budget.Config{
			{Name: "day", Period: "day", LimitUSD: limitUSD(4), Timezone: "Europe/Berlin"},
			{Name: "month", Period: "month", LimitUSD: limitUSD(4)},
			{Name: "rolling", Period: map[string]any{"rolling": "24h"}, LimitUSD: limitUSD(4)},
			{Name: "block", Period: map[string]any{"block": "5h"}, LimitUSD: limitUSD(4)},
			{Name: "run", Period: "run", LimitUSD: limitUSD(4)},
			{Name: "ever", Period: "lifetime", LimitUSD: limitUSD(4)},
		}
		_, toMetrics := startTraces(t, cfg, nil, metrics)
		time.Sleep(90 * time.Minute)
		now := time.Now() // 2000-01-01T01:30Z
		require.NoError(t, toMetrics.ConsumeTraces(t.Context(), spansOf(spec{model: "m", status: genai.StatusPriced, usd: 1, end: now, n: 1})))
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		at := func(text string) float64 {
			when, err := time.Parse(time.RFC3339, text)
			require.NoError(t, err)
			return float64(when.Unix())
		}
		require.NoError(t, toMetrics.Shutdown(t.Context()))
		require.Equal(t, map[string]float64{
			"day": at("2000-01-01T00:00:00+01:00"), "month": at("2000-01-01T00:00:00+05:30"),
			"rolling": at("1999-12-31T01:31:00Z"), "block": at("2000-01-01T01:30:00Z"),
		}, pointsOf(metrics, genai.MetricBudgetPeriodStart, genai.BudgetName))
		require.Equal(t, map[string]float64{
			"day": at("2000-01-02T00:00:00+01:00"), "month": at("2000-02-01T00:00:00+05:30"), "block": at("2000-01-01T06:30:00Z"),
		}, pointsOf(metrics, genai.MetricBudgetPeriodEnd, genai.BudgetName))
		require.Equal(t, map[string]float64{
			"Europe/Berlin": at("2000-01-02T00:00:00+01:00"), "Asia/Kolkata": at("2000-02-01T00:00:00+05:30") + at("2000-01-01T06:30:00Z"),
		}, pointsOf(metrics, genai.MetricBudgetPeriodEnd, genai.BudgetTimezone))
		require.Equal(t, map[string]float64{"": 5 * 4}, pointsOf(metrics, "llm.budget.limit.usd", genai.BudgetTimezone))
	})
}

// A gauge that has no value any more ends: of an hour that has just begun there is no forecast, between two blocks no time, and of a budget
// that is gone nothing.
func TestGaugesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics, cfg := new(consumertest.MetricsSink), testConfig(t)
		cfg.Interval = 15 * time.Second
		cfg.Budgets = []budget.Config{
			{Name: "all", Period: "hour", LimitUSD: limitUSD(4)},
			{Name: "team", Period: "hour", LimitUSD: limitUSD(4), GroupBy: []any{"team"}},
			{Name: "block", Period: map[string]any{"block": "1h"}, LimitUSD: limitUSD(4)},
		}
		_, toMetrics := startTraces(t, cfg, nil, metrics)
		ended := func() (names []string) {
			all := metrics.AllMetrics()
			for _, m := range all[len(all)-1].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				if m.Type() != pmetric.MetricTypeGauge {
					continue
				}
				for _, p := range m.Gauge().DataPoints().All() {
					if name, _ := p.Attributes().Get(genai.BudgetName); p.Flags().NoRecordedValue() {
						names = append(names, m.Name()+" "+name.Str())
					}
				}
			}
			return names
		}
		require.NoError(t, toMetrics.ConsumeTraces(t.Context(), spansOf(spec{model: "m", team: "a", status: genai.StatusPriced, usd: 1, end: time.Now(), n: 1})))
		time.Sleep(50 * time.Minute)
		synctest.Wait()
		require.Equal(t, map[string]float64{"all": 1.2, "team": 1.2}, pointsOf(metrics, "llm.budget.forecast.usd", genai.BudgetName))
		require.Empty(t, ended())
		time.Sleep(10*time.Minute + cfg.Interval/2)
		synctest.Wait()
		require.ElementsMatch(t, []string{
			"llm.budget.forecast.usd all", "llm.budget.forecast.usd team",
			"llm.budget.period.start block", "llm.budget.period.end block",
		}, ended())
		time.Sleep(cfg.Interval)
		synctest.Wait()
		require.Empty(t, ended(), "that is said once")
		require.NoError(t, toMetrics.Shutdown(t.Context()))
	})
}

func TestLevelsThatAreGone(t *testing.T) {
	s := newSaid()
	old := budget.Level{Budget: "old", Period: "day", Keys: []string{"team"}, Values: []string{"a"}, Unit: budget.USD}
	other := budget.Level{Budget: "other", Period: "day", Unit: budget.USD, HasForecast: true}
	s.keep(nil, []budget.Level{old, other}, true)
	now := other
	now.HasForecast = false
	names := func(turns []turn, has func(*budget.Level) (float64, bool)) (names []string) {
		for _, l := range ended(turns, has) {
			names = append(names, l.Budget)
		}
		return names
	}
	always := func(*budget.Level) (float64, bool) { return 0, true }
	require.Empty(t, names(s.turns([]budget.Level{now}, false), always), "what is no news is there all the same")
	require.Equal(t, []string{"old"}, names(s.turns([]budget.Level{now}, true), always))
	require.Equal(t, []string{"other"}, names(s.turns([]budget.Level{now}, false), func(l *budget.Level) (float64, bool) { return l.Forecast, l.HasForecast }))
}

// How many calls of a row have no price is in the book as well, and 0 where all have one.
func TestCallsWithoutAPriceAreBooked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		metrics, cfg := new(consumertest.MetricsSink), testConfig(t)
		cfg.ZeroFor = 0
		_, toMetrics := startTraces(t, cfg, nil, metrics)
		for n, model := range []string{"new", "new", "known"} {
			status, usd := genai.StatusUnpriced, 0.0
			if model == "known" {
				status, usd = genai.StatusPriced, 1
			}
			require.NoError(t, toMetrics.ConsumeTraces(t.Context(), spansOf(spec{model: model, status: status, usd: usd, end: time.Now(), n: byte(n + 1)})))
		}
		require.NoError(t, toMetrics.Shutdown(t.Context()))
		require.Equal(t, map[string]float64{"new": 2, "known": 0}, pointsOf(metrics, genai.MetricBookedUnpriced, genai.RequestModel))
		require.Equal(t, map[string]float64{"new": 2, "known": 1}, pointsOf(metrics, genai.MetricBookedCalls, genai.RequestModel))
	})
}
