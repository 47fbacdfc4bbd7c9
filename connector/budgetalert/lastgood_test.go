package budgetalert

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/metadata"
)

// A start with a bad budgets_file goes on with the budgets that it had when it was good, and says so; validate refuses it, and so does a start
// that has nothing to go on with.
func TestAStartWithABadFile(t *testing.T) {
	cfg := testConfig(t)
	cfg.Budgets, cfg.BudgetsFile = nil, filepath.Join(t.TempDir(), "budgets.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(cfg.BudgetsFile, []byte(text), 0o600)) }
	starts := func() (limits []float64, said *observer.ObservedLogs) {
		require.NoError(t, cfg.Validate())
		log, said := observer.New(zap.WarnLevel)
		set := connectortest.NewNopSettings(metadata.Type)
		set.Logger = zap.New(log)
		c, err := createTracesToLogs(t.Context(), set, cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
		s, err := c.(*budgetAlert).Get()
		require.NoError(t, err)
		all, _, err := s.file.begin(cfg)
		require.NoError(t, err)
		for i := range all {
			limits = append(limits, *all[i].LimitUSD)
		}
		require.NoError(t, c.Shutdown(t.Context()))
		return limits, said
	}
	write("- {name: org, period: day, limit_usd: nothing}\n")
	require.ErrorContains(t, cfg.Validate(), "line 1")
	write("- {name: org, period: day, limit_usd: 5}\n")
	limits, said := starts()
	require.Equal(t, []float64{5}, limits)
	require.Zero(t, said.Len())

	write("- {name: org, period: day, limit_usd: nothing}\n")
	limits, said = starts()
	require.Equal(t, []float64{5}, limits)
	require.Equal(t, 1, said.FilterMessageSnippet("budgets_file is not used").Len())
	require.Contains(t, said.All()[0].ContextMap()["error"], "line 1")

	args := os.Args
	t.Cleanup(func() { os.Args = args })
	os.Args = []string{"otelcol-llm", "validate", "--config", "x.yaml"}
	require.ErrorContains(t, cfg.Validate(), "line 1")
	os.Args = args

	name := cfg.BudgetsFile
	cfg.BudgetsFile = ""
	starts()
	cfg.BudgetsFile = name
	require.ErrorContains(t, cfg.Validate(), "line 1", "what was good before the configuration had no file is not used")
}
