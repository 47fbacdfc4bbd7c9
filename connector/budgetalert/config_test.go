package budgetalert

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
)

func loaded(t *testing.T, keys map[string]any) (*Config, error) {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(keys).Unmarshal(cfg); err != nil {
		return cfg, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestTheClassicSetIsTheDefault(t *testing.T) {
	cfg, err := loaded(t, nil)
	require.NoError(t, err)
	require.Len(t, cfg.Budgets, 2)
	require.Equal(t, []any{"day", 100.0}, []any{cfg.Budgets[0].Period, *cfg.Budgets[0].LimitUSD})
	require.Equal(t, []any{"month", 3000.0}, []any{cfg.Budgets[1].Period, *cfg.Budgets[1].LimitUSD})
	var names []string
	for _, th := range cfg.Thresholds {
		names = append(names, th.Name)
	}
	require.Equal(t, []string{"HIGH_MEMORY_USAGE", "HIGH_CPU_USAGE", "SLOW_RESPONSE", "HIGH_ERROR_RATE"}, names)
	require.False(t, cfg.Valkey.HasValue())
}

func TestTheFullConfiguration(t *testing.T) {
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "full.yaml"))
	require.NoError(t, err)
	cfg, err := loaded(t, conf.ToStringMap())
	require.NoError(t, err)
	require.Len(t, cfg.Budgets, 8)
	require.Equal(t, []Key{{"team", fromSpan}, {"subject", fromAuth}}, cfg.Book.By)
	require.Equal(t, []budget.GroupKey{{Name: "subject", From: budget.FromAuth}}, cfg.Budgets[7].Groups())
	require.Equal(t, "127.0.0.1:6379", cfg.Valkey.Get().Endpoint)
	require.True(t, cfg.Valkey.Get().TLS.Get().Insecure)
	require.Equal(t, 30*time.Second, cfg.Thresholds[0].For)
	require.Equal(t, 5*time.Minute, cfg.Thresholds[0].KeepFiringFor, "an element of the list has the defaults too")
	require.Equal(t, Report{"weekly", everyWeek, "09:00", []string{"team", "model"}}, cfg.Reports[0])
}

// A list replaces the default list, and is not laid over it.
func TestListsReplaceTheDefaults(t *testing.T) {
	one := []any{map[string]any{"name": "mine", "period": "week", "limit_usd": 5}}
	cfg, err := loaded(t, map[string]any{"budgets": one, "thresholds": []any{}})
	require.NoError(t, err)
	require.Len(t, cfg.Budgets, 1)
	require.Nil(t, cfg.Budgets[0].Thresholds)
	require.Empty(t, cfg.Thresholds)
	cfg, err = loaded(t, map[string]any{"budgets": []any{}})
	require.NoError(t, err)
	require.Empty(t, cfg.Budgets)
	file := filepath.Join(t.TempDir(), "budgets.yaml")
	require.NoError(t, os.WriteFile(file, []byte("- {name: a, period: day, limit_usd: 5}\n"), 0o600))
	cfg, err = loaded(t, map[string]any{"budgets_file": file})
	require.NoError(t, err)
	require.Empty(t, cfg.Budgets, "the file has the budgets")

	// Who validates a configuration before a reload hears of the file, with which the gateway would not start.
	require.NoError(t, os.WriteFile(file, []byte("- {name: a, period: noon, limit_usd: 5}\n"), 0o600))
	_, err = loaded(t, map[string]any{"budgets_file": file})
	require.ErrorContains(t, err, "budgets_file "+file+": line 1: ")
	_, err = loaded(t, map[string]any{"budgets_file": file + "~"})
	require.ErrorContains(t, err, "no such file")
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := loaded(t, map[string]any{
		"ledger": map[string]any{"directory": ""}, "on_unavailable": "wait", "timezone": "Berlin", "dedupe_window": 15, "late_window": "0s",
		"max_ids": 1, "page_url": "localhost", "interval": "0s", "zero_for": "-1s", "cost_counters": []any{"x", "x"},
		"valkey":   map[string]any{"endpoint": "localhost", "key_prefix": "{a}"},
		"book":     map[string]any{"by": []any{"team", "team", "model", map[string]any{"name": "x", "from": "moon"}}},
		"unpriced": map[string]any{"alert_after_calls": -1},
		"reports":  []any{map[string]any{"name": "", "every": "hour", "at": "9", "by": []any{"user"}}},
		"budgets": []any{
			map[string]any{"name": "a", "period": "day", "limit_usd": 0},
			map[string]any{"name": "a", "period": "decade", "limit_usd": 1, "limit_calls": 1, "where": `attributes["x" == 1`},
			map[string]any{"name": "b", "period": "day", "limit_usd": 1, "thresholds": []any{1.0, 0.8}},
		},
		"overrides":  []any{map[string]any{"budget": "nobody", "limit_usd": 1, "until": "2026-12-01"}},
		"thresholds": []any{map[string]any{"name": "T"}},
	})
	require.Error(t, err)
	for _, want := range []string{
		"ledger.directory", "on_unavailable must be journal or reject", `got "Berlin"`, "was the unit forgotten?", "late_window", "max_ids must be",
		"page_url", "interval", "zero_for", `cost_counters[1] repeats "x"`, "valkey.endpoint", "valkey.key_prefix", `book.by[1] repeats "team"`,
		"book.by[2]", `got "moon"`, "unpriced.alert_after_calls", "reports[0].name", `got "hour"`, `got "9"`, "reports[0].by[0]",
		"limit_usd", "period", "1:11", "must be unique", "thresholds[1]", `got "nobody"`, "metric: one of metric and span",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestEndpointsOfValkey(t *testing.T) {
	plain, secured := map[string]any(nil), map[string]any{"insecure": true}
	for _, c := range []struct {
		endpoint string
		tls      map[string]any
		wrong    string
	}{
		{"127.0.0.1:6379", secured, ""},
		{"[::1]:6379", plain, ""},
		{"/run/redis/redis.sock", plain, ""},
		{"/run/redis/redis.sock", secured, "valkey.tls must not be set"},
		{"redis.sock", plain, "or the path of its Unix socket"},
		{"unix:///run/redis.sock", plain, "or the path of its Unix socket"},
		{"redis://a:6379", plain, "or the path of its Unix socket"},
		{"a:6379,b:6379", plain, "host:port of one server"},
		{"", plain, "or the path of its Unix socket"},
	} {
		keys := map[string]any{"endpoint": c.endpoint}
		if c.tls != nil {
			keys["tls"] = c.tls
		}
		_, err := loaded(t, map[string]any{"valkey": keys})
		if c.wrong == "" {
			require.NoError(t, err, c.endpoint)
		} else {
			require.ErrorContains(t, err, c.wrong, c.endpoint)
		}
	}
}

func TestUnknownKeysAreRefused(t *testing.T) {
	_, err := loaded(t, map[string]any{"budget": []any{}})
	require.Error(t, err)
	_, err = loaded(t, map[string]any{"budgets": []any{map[string]any{"name": "a", "period": "day", "limit": 1}}})
	require.Error(t, err)
}
