package perfstats

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	cfg := &Config{
		Window: -time.Minute, Interval: 0, Quantiles: []float64{0.5, 1.5, math.NaN(), 0.5}, HistogramScale: 20,
		Sources: "both", ExpireAfter: -time.Hour,
		Health: Health{
			Degraded:  Threshold{ErrorRatio: 0.5, AvgLatency: 5 * time.Second},
			Unhealthy: Threshold{ErrorRatio: -0.1, AvgLatency: 0},
		},
		Latency: []LatencySource{{}, {Metric: "llm.calls", Scope: "ttft"}, {Metric: "a", Scope: "x"}, {Metric: "a", Scope: "x"}},
		Ratios: []RatioSource{
			{Kind: "rate"},
			{Name: "llm.perf.mine", Of: "a", To: "b"},
			{Name: "r", Of: "a", To: "b"},
			{Name: "r", Of: "a", To: "b"},
		},
	}
	err := cfg.Validate()
	require.Error(t, err)
	want := []string{
		"window must be from 1s to 24h, got -1m0s",
		"interval must be from 1s to 1h, got 0s",
		"expire_after must be from 1s to 87600h, got -1h0m0s",
		"histogram_scale must be -4 to 8, got 20",
		`sources must be genaimetrics or all, got "both"`,
		"series_limit must be 1 to 100000, got 0",
		"quantiles[1] must be 0 to 1, got 1.5",
		"quantiles[2] must be 0 to 1, got NaN",
		"quantiles[3] must be one that is not listed yet and rounds to another percentile, got 0.5 (p50) again",
		"health.unhealthy.error_ratio must be 0 to 1, got -0.1",
		"health.unhealthy.avg_latency must be from 1ms to 24h, got 0s",
		"health.unhealthy.error_ratio must not be below health.degraded.error_ratio (0.5), got -0.1",
		"health.unhealthy.avg_latency must not be below health.degraded.avg_latency (5s), got 0s",
		"latency[0].metric must name a histogram, got nothing",
		`latency[0].scope must be a word other than "ttft", got ""`,
		`latency[1].metric must not be one of the built-in sources, got "llm.calls"`,
		`latency[1].scope must be a word other than "ttft", got "ttft"`,
		`latency[3].metric must be named once, got "a" again`,
		"ratios[0].name must be the name of the gauge, got nothing",
		"ratios[0].of must name a counter or a histogram, got nothing",
		"ratios[0].to must name a counter or a histogram, got nothing",
		`ratios[0].kind must be count or sum, got "rate"`,
		`ratios[1].name must not be the name of a built-in metric, got "llm.perf.mine"`,
		`ratios[3].name must be given once, got "r" again`,
	}
	assert.Equal(t, want, strings.Split(err.Error(), "\n"))
	assert.NoError(t, createDefaultConfig().(*Config).Validate())
}

// Two quantiles with one label would be two points of one series; a window or limit out of reach would take all memory.
func TestValidateRefuses(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"quantiles[1]":  func(c *Config) { c.Quantiles = []float64{0.9999999, 1} },
		"window":        func(c *Config) { c.Window, c.ExpireAfter = 25*time.Hour, 26*time.Hour },
		"dimensions[1]": func(c *Config) { c.Dimensions = []string{"a.b", "a_b"} },
		"expire_after must be at least window (5m0s), got 1m0s": func(c *Config) { c.ExpireAfter = time.Minute },
		"series_limit": func(c *Config) { c.SeriesLimit = 100_001 },
	} {
		cfg := createDefaultConfig().(*Config)
		change(cfg)
		require.ErrorContains(t, cfg.Validate(), want)
		require.NotContains(t, cfg.Validate().Error(), "\n", "and nothing else")
	}
	cfg := createDefaultConfig().(*Config)
	cfg.Quantiles = []float64{0, 0.99, 0.999, 0.9999, 0.99999, 1}
	require.NoError(t, cfg.Validate())
}

// Two dimensions of one label, or one that a series has anyway, would make Prometheus drop what the gauges say.
func TestDimensionsHaveALabelOfTheirOwn(t *testing.T) {
	for name, want := range map[string]string{
		"team": "", "deployment.environment.name": "", "k8s.namespace.name": "",
		"":                     `dimensions[0] must be the name of an attribute that can be a label in Prometheus, got ""`,
		"...":                  `can be a label in Prometheus, got "..."`,
		"__name__":             `can be a label in Prometheus, got "__name__"`,
		"otel.scope.name":      `can be a label in Prometheus, got "otel.scope.name"`,
		"service.name":         `dimensions[0] must become a label of its own in Prometheus, got "service.name": service_name is that of service.name`,
		"gen_ai_request_model": "gen_ai_request_model is that of gen_ai.request.model",
		"job":                  "job is that of job",
		"stat":                 "stat is that of stat",
	} {
		errs := checkDimensions([]string{name})
		if want == "" {
			require.Empty(t, errs, name)
			continue
		}
		require.Len(t, errs, 1, name)
		require.ErrorContains(t, errs[0], want)
	}
	require.ErrorContains(t, errors.Join(checkDimensions(make([]string, 17))...), "dimensions must be at most 16, got 17")
}

// A number without a unit is nanoseconds to the Collector.
func TestDurationsWithoutAUnit(t *testing.T) {
	for want, conf := range map[string]map[string]any{
		"interval must be from 1s to 1h, got 15ns; was the unit forgotten? 15 is nanoseconds, 15s is seconds": {"interval": 15},
		"window must be from 1s to 24h, got 300ns; was the unit forgotten?":                                   {"window": 300},
		"expire_after must be from 1s to 87600h, got 3.6µs; was the unit forgotten?":                          {"expire_after": 3600},
		"health.degraded.avg_latency must be from 1ms to 24h, got 5ns; was the unit forgotten?": {
			"health": map[string]any{"degraded": map[string]any{"avg_latency": 5}},
		},
		"health.unhealthy.avg_latency must be from 1ms to 24h, got 999.9µs": {
			"health": map[string]any{"unhealthy": map[string]any{"avg_latency": 999_900}},
		},
	} {
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(conf).Unmarshal(cfg))
		require.ErrorContains(t, cfg.Validate(), want)
	}
}

// Every value of our own telemetry's attributes is documented.
func TestDocumentedOutcomes(t *testing.T) {
	raw, err := os.ReadFile("documentation.md")
	require.NoError(t, err)
	for _, name := range outcomeNames {
		assert.Contains(t, string(raw), "``"+name+"``")
	}
}

// TestREADME loads every YAML block of the README.
func TestREADME(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := strings.Split(string(raw), "```yaml\n")[1:]
	require.Len(t, blocks, 2)
	for _, b := range blocks {
		text, _, ended := strings.Cut(b, "```")
		require.True(t, ended)
		var doc map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
		sub, err := confmap.NewFromStringMap(doc).Sub("processors::perfstats")
		require.NoError(t, err)
		cfg := unmarshal(t, sub)
		if strings.Contains(text, "expire_after") { // the full block shows the defaults, and an example of each list
			cfg.Latency, cfg.Ratios, cfg.Dimensions = nil, nil, nil
			assert.Equal(t, createDefaultConfig(), cfg)
		}
	}
}
