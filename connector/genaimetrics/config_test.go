package genaimetrics

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func TestDefaultConfigIsValid(t *testing.T) {
	require.NoError(t, createDefaultConfig().(*Config).Validate())
}

// Every wrong key is named at once. A zero interval is one of spanmetrics' faults: it passes there, and panics later.
func TestConfigErrorsComeTogether(t *testing.T) {
	err := (&Config{
		Interval: 0, ZeroFor: 2 * time.Hour, Naming: []string{"semconv", "prom", "semconv"}, Histograms: "summary", SeriesLimit: 0, ExpireAfter: -time.Second,
		Dedupe: Dedupe{Window: -1, MaxEntries: 0},
		Dimensions: []Dimension{
			{Name: ""},
			{Name: "team", From: "header"},
			{Name: "team"},
			{Name: "service.name"},
			{Name: "otel.metric.overflow"},
		},
	}).Validate()
	for _, want := range []string{
		"interval must be from 100ms to 1h, got 0s",
		`naming[1] must be semconv, genai-0.1 or langchain, got "prom"`,
		`naming[2] repeats "semconv"`,
		`histograms must be exponential or classic, got "summary"`,
		"series_limit must be between 1 and 1000000, got 0",
		"expire_after must be 0 (never) or from 1s to 87600h, got -1s",
		"dedupe.window must be 0 (off) or from 1s to 168h, got -1ns",
		"zero_for must be 0 (off) or from 100ms to 1h, got 2h0m0s",
		"dedupe.max_entries must be between 1 and 10000000, got 0",
		"dimensions[0].name must not be empty",
		`dimensions[1].from must be span or resource, got "header"`,
		`dimensions[2].name must become a label of its own in Prometheus, got "team": "team" is that of dimensions[1] (team)`,
		`dimensions[3].name must become a label of its own in Prometheus, got "service.name": "service_name" is that of service.name`,
		`dimensions[4].name must become a label of its own in Prometheus, got "otel.metric.overflow": "otel_metric_overflow" is that of otel.metric.overflow`,
	} {
		require.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, (&Config{Interval: time.Second}).Validate(), "naming must have one or more of semconv, genai-0.1, langchain, got none")
}

// 15 without a unit is 15 ns: an export would follow the other, and what was counted be forgotten before it comes again.
func TestDurationsWithoutAUnitAreRefused(t *testing.T) {
	for _, key := range []string{"interval", "zero_for", "expire_after", "dedupe::window"} {
		for _, value := range []any{15, 900000, "-1s"} {
			cfg := createDefaultConfig().(*Config)
			conf := confmap.NewFromStringMap(map[string]any{key: value})
			require.NoError(t, conf.Unmarshal(cfg))
			require.ErrorContains(t, cfg.Validate(), strings.ReplaceAll(key, "::", ".")+" must be ", "%s: %v", key, value)
		}
	}
	cfg := createDefaultConfig().(*Config)
	cfg.Interval = 15
	require.EqualError(t, cfg.Validate(), "interval must be from 100ms to 1h, got 15ns; was the unit forgotten? 15 is nanoseconds, 15s is seconds")
	cfg = createDefaultConfig().(*Config)
	cfg.Interval, cfg.ExpireAfter = time.Minute, 30*time.Second
	require.EqualError(t, cfg.Validate(), "expire_after must be 0 (never) or at least interval (1m0s), got 30s")
}

// Fault of spanmetrics: a typo is taken for the default.
func TestUnknownKeysAreRefused(t *testing.T) {
	for _, key := range []string{"aggregation_temporality", "dimension", "histogram"} {
		err := confmap.NewFromStringMap(map[string]any{key: "delta"}).Unmarshal(createDefaultConfig())
		require.ErrorContains(t, err, key)
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

func TestReadmeConfigurationsLoad(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := yamlBlock.FindAllSubmatch(readme, -1)
	require.GreaterOrEqual(t, len(blocks), 2, "a minimal and a full one")
	for _, block := range blocks {
		ret, err := confmap.NewRetrievedFromYAML(block[1])
		require.NoError(t, err)
		conf, err := ret.AsConf()
		require.NoError(t, err)
		sub, err := conf.Sub("connectors::genaimetrics")
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg), "%s", block[1])
		require.NoError(t, cfg.Validate(), "%s", block[1])
	}
}

var metricRow = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| (counter|histogram|gauge), ([^ ]+) \\| ([^|]*)\\|")

// README.md lists every metric with its kind, unit and point attributes.
func TestReadmeListsEveryMetric(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	rows := map[string][]string{}
	for _, row := range metricRow.FindAllStringSubmatch(string(readme), -1) {
		rows[row[1]] = row[2:]
	}
	require.Len(t, rows, len(families))
	for _, fam := range families {
		kind := map[kind]string{counter: "counter", money: "counter", gauge: "gauge", histogram: "histogram"}[fam.kind]
		attrs := ""
		require.Equal(t, kService, fam.keys[0], fam.name)
		for _, k := range fam.keys[1:] {
			attrs += "`" + k.name + "` "
		}
		require.Equal(t, []string{kind, fam.unit, attrs}, rows[fam.name], fam.name)
	}
}
