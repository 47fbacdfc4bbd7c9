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
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// small is a configuration with one budget of 10 USD a day.
func small(t *testing.T) *Config {
	t.Helper()
	cfg := testConfig(t)
	cfg.Thresholds, cfg.Budgets = nil, []budget.Config{{Name: "org", Period: "day", LimitUSD: limitUSD(10)}}
	return cfg
}

func spend(t *testing.T, c *budgetAlert, n byte, usd float64) error {
	t.Helper()
	return c.ConsumeTraces(t.Context(), spansOf(spec{model: "m", status: genai.StatusPriced, usd: usd, end: time.Now(), n: n}))
}

// A damaged file is moved aside and said; what was in it is gone, what comes is counted, nothing is invented.
func TestADamagedLedgerIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, metrics, cfg := new(consumertest.LogsSink), new(consumertest.MetricsSink), small(t)
		toLogs, _ := startTraces(t, cfg, logs, nil)
		require.NoError(t, spend(t, toLogs, 1, 9))
		synctest.Wait()
		require.NoError(t, toLogs.Shutdown(t.Context()))
		files, err := filepath.Glob(filepath.Join(cfg.Ledger.Directory, "*.db"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		require.NoError(t, os.WriteFile(files[0], make([]byte, 32768), 0o600))

		logs.Reset()
		toLogs, toMetrics := startTraces(t, cfg, logs, metrics)
		require.NoError(t, spend(t, toLogs, 2, 2))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"BUDGET_STORE_RESET firing"}, typesOf(logs))
		require.Equal(t, map[string]float64{"org": 2}, pointsOf(metrics, "llm.budget.spent.usd", genai.BudgetName))
		files, err = filepath.Glob(filepath.Join(cfg.Ledger.Directory, "*damaged*"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		require.NoError(t, toLogs.Shutdown(t.Context()))
		require.NoError(t, toMetrics.Shutdown(t.Context()))
	})
}

// A store that is away and back is one alert and its end.
func TestAStoreThatComesAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs := new(consumertest.LogsSink)
		toLogs, _ := startTraces(t, small(t), logs, nil)
		s, err := toLogs.Get()
		require.NoError(t, err)
		s.notice(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "no space left on device"})
		synctest.Wait()
		require.Equal(t, []string{"BUDGET_STORE_UNAVAILABLE firing"}, typesOf(logs))
		require.Contains(t, alertsOf(logs)[0].Body, "cannot be written (no space left on device): what is spent is counted in memory")
		s.notice(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "still"})
		synctest.Wait()
		require.Len(t, typesOf(logs), 1, "once")
		time.Sleep(time.Minute)
		s.notice(ledger.Notice{Kind: ledger.StoreAvailable})
		synctest.Wait()
		all := alertsOf(logs)
		require.Len(t, all, 2)
		require.Equal(t, genai.AlertResolved, all[1].State)
		require.Equal(t, all[0].Fingerprint, all[1].Fingerprint)
		require.Equal(t, all[0].StartsAt, all[1].StartsAt)
		require.NotEqual(t, all[0].ID, all[1].ID)
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// What is in the journal while a server is away, no crash loses: the alert does not say that it would.
func TestAServerThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs := new(consumertest.LogsSink)
		toLogs, _ := startTraces(t, small(t), logs, nil)
		s, err := toLogs.Get()
		require.NoError(t, err)
		s.notice(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "the server valkey:6379 is not available: EOF", Journaled: true})
		synctest.Wait()
		require.Equal(t, "the ledger of the budgets cannot be written (the server valkey:6379 is not available: EOF): "+
			"what is spent is counted in the journal, on this gateway's disk, and told to the server when it is back.", alertsOf(logs)[0].Body)
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// A file stands where the directory should be: it counts in memory, alerts and says so, and writes all of it when it can.
func TestAFileInThePlaceOfTheDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small(t)
		cfg.Ledger.Directory = filepath.Join(t.TempDir(), "budgets")
		require.NoError(t, os.WriteFile(cfg.Ledger.Directory, nil, 0o600))
		countsInMemory(t, cfg, "not a directory", func(start func()) { start() }, func() { require.NoError(t, os.Remove(cfg.Ledger.Directory)) })
	})
}

func TestAFileInThePlaceOfTheDirectoryIsRefusedWithReject(t *testing.T) {
	cfg := small(t)
	cfg.OnUnavailable = onUnavailableReject
	cfg.Ledger.Directory = filepath.Join(t.TempDir(), "budgets")
	require.NoError(t, os.WriteFile(cfg.Ledger.Directory, nil, 0o600))
	c, err := createTracesToLogs(t.Context(), connectortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, c.Start(t.Context(), componenttest.NewNopHost()), "not a directory")
	require.Zero(t, states.Len())
}

// countsInMemory is what happens with a directory that cannot be written when it starts, until mend is called: in less than a second, then
// the ledger tries again.
func countsInMemory(t *testing.T, cfg *Config, why string, as func(start func()), mend func()) {
	t.Helper()
	cfg.Interval = 100 * time.Millisecond
	logs, metrics := new(consumertest.LogsSink), new(consumertest.MetricsSink)
	var toLogs, toMetrics *budgetAlert
	as(func() { toLogs, toMetrics = startTraces(t, cfg, logs, metrics) })
	require.NoError(t, spend(t, toLogs, 1, 9))
	time.Sleep(500 * time.Millisecond)
	synctest.Wait()
	require.ElementsMatch(t, []string{"BUDGET_STORE_UNAVAILABLE firing", "DAILY_BUDGET_WARNING firing"}, typesOf(logs))
	for _, a := range alertsOf(logs) {
		if a.Type == genai.AlertStoreUnavailable {
			require.Contains(t, a.Body, why)
			require.Contains(t, a.Body, "counted in memory")
		}
	}
	require.Equal(t, map[string]float64{"org": 9}, pointsOf(metrics, "llm.budget.spent.usd", genai.BudgetName))
	mend()
	logs.Reset()
	time.Sleep(3 * time.Second)
	synctest.Wait()
	require.Equal(t, []string{"BUDGET_STORE_UNAVAILABLE resolved"}, typesOf(logs))
	require.NoError(t, toLogs.Shutdown(t.Context()))
	require.NoError(t, toMetrics.Shutdown(t.Context()))

	logs.Reset()
	metrics.Reset()
	toLogs, toMetrics = startTraces(t, cfg, logs, metrics)
	require.NoError(t, spend(t, toLogs, 1, 9), "the same call again")
	time.Sleep(3 * time.Second)
	synctest.Wait()
	require.Empty(t, typesOf(logs), "nothing fires again")
	require.Equal(t, map[string]float64{"org": 9}, pointsOf(metrics, "llm.budget.spent.usd", genai.BudgetName))
	require.NoError(t, toLogs.Shutdown(t.Context()))
	require.NoError(t, toMetrics.Shutdown(t.Context()))
}

// A process ended while its store was away: the next one resolves that.
func TestAnOpenStoreAlertEndsWithTheNextStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs, cfg := new(consumertest.LogsSink), small(t)
		toLogs, _ := startTraces(t, cfg, logs, nil)
		s, err := toLogs.Get()
		require.NoError(t, err)
		s.notice(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "no space left on device"})
		synctest.Wait()
		require.NoError(t, toLogs.Shutdown(t.Context()))
		toLogs, _ = startTraces(t, cfg, logs, nil)
		synctest.Wait()
		require.Equal(t, []string{"BUDGET_STORE_UNAVAILABLE firing", "BUDGET_STORE_UNAVAILABLE resolved"}, typesOf(logs))
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// A shared ledger is available again when the server and what is on this machine are.
func TestAStoreOfTwo(t *testing.T) {
	var heard []string
	both := together{away: map[string]bool{}, notify: func(n ledger.Notice) { heard = append(heard, n.Detail) }}
	own, server := both.of("own"), both.of("server")
	for _, say := range []func(){
		func() { own(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "full"}) },
		func() { server(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "away"}) },
		func() { server(ledger.Notice{Kind: ledger.StoreReset, Detail: "empty"}) },
		func() { server(ledger.Notice{Kind: ledger.StoreAvailable, Detail: "back"}) },
		func() { own(ledger.Notice{Kind: ledger.StoreAvailable, Detail: "written"}) },
		func() { server(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "away again"}) },
		func() { server(ledger.Notice{Kind: ledger.StoreAvailable, Detail: "back again"}) },
	} {
		say()
	}
	require.Equal(t, []string{"full", "away", "empty", "written", "away again", "back again"}, heard)
}

// A ledger that refuses what it cannot write refuses the alert that says so, too: it is told all the same, once, and so is its end.
func TestAStoreThatRefusesIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small(t)
		cfg.OnUnavailable = onUnavailableReject
		logs := &receiver{fail: func([]string) error { return errors.New("not yet") }}
		c, err := createTracesToLogs(t.Context(), connectortest.NewNopSettings(metadata.Type), cfg, logs)
		require.NoError(t, err)
		toLogs := c.(*budgetAlert)
		require.NoError(t, toLogs.Start(t.Context(), componenttest.NewNopHost()))
		s, err := toLogs.Get()
		require.NoError(t, err)
		synctest.Wait()
		opened := s.ledger.Ledger
		s.ledger.Ledger = unwritable{opened}
		s.notice(ledger.Notice{Kind: ledger.StoreUnavailable, Detail: "no space left on device"})
		time.Sleep(5 * time.Second)
		synctest.Wait()
		require.Empty(t, logs.got())
		logs.mu.Lock()
		logs.fail = nil
		logs.mu.Unlock()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, logs.got(), 1, "once")
		synctest.Wait()
		s.ledger.Ledger = opened
		s.notice(ledger.Notice{Kind: ledger.StoreAvailable})
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, logs.got(), 2)
		require.NotEqual(t, logs.got()[0], logs.got()[1])
		require.NoError(t, toLogs.Shutdown(t.Context()))
	})
}

// unwritable is a ledger that cannot be written.
type unwritable struct{ ledger.Ledger }

func (unwritable) Change(context.Context, ledger.Decide) error {
	return errors.New("no space left on device")
}
