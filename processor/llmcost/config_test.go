package llmcost

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.yaml.in/yaml/v3"
)

func load(t *testing.T, text string) (*Config, error) {
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

// The README's blocks are what a user types: each must load, and the full one must show the defaults.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 2)
	for _, block := range blocks {
		conf, err := confmap.NewRetrievedFromYAML([]byte(block[1]))
		require.NoError(t, err)
		whole, err := conf.AsConf()
		require.NoError(t, err)
		sub, err := whole.Sub("processors::llmcost")
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg))
		require.NoError(t, cfg.Validate())
		if len(sub.AllKeys()) == 0 {
			require.Equal(t, createDefaultConfig(), cfg)
			continue
		}
		require.Len(t, cfg.Prices.Models, 3)
		cfg.Prices.Models, cfg.PriceFactor, cfg.UnknownModel.Prices = nil, nil, nil
		want := createDefaultConfig().(*Config)
		want.UsageOnAgent, want.IgnoreScopes = []string{}, []string{}
		require.Equal(t, want, cfg)
	}
}

func TestTheIssuesConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "my-prices.yaml")
	require.NoError(t, os.WriteFile(file, []byte("- match: {equals: x}\n  prices: {input_mtok: 1}\n"), 0o600))
	conf, err := confmaptest.LoadConf("testdata/full.yaml")
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, conf.Unmarshal(cfg))
	cfg.Prices.File = file
	require.NoError(t, cfg.Validate())
	require.Equal(t, map[string]float64{"openai": 0.9}, cfg.PriceFactor)
	require.Equal(t, DedupeConfig{MaxEntries: 200_000, TTL: 15 * time.Minute}, cfg.Dedupe)
}

func TestValidateNamesEveryMistakeAtOnce(t *testing.T) {
	_, err := load(t, `
attributes: [openinference, openllmetry]
reported_cost: maybe
price_factor: {openai: -1}
usage_on_agent: [""]
ignore_scopes: [" "]
unknown_model: {action: guess}
dedupe: {max_entries: 0, ttl: 0s}
prices:
  file: /no/such/file.yaml
  models:
    - match: {regex: "("}
      prices: {input_mtok: 1}
    - match: {equals: m}
      prices: {input_mtok: -1}
`)
	require.Error(t, err)
	for _, part := range []string{
		`attributes[1]: must be one of openinference, openlit, got "openllmetry"`,
		`reported_cost: must be one of prefer, ignore, only, got "maybe"`,
		`price_factor::openai: factor must be a decimal from 0 to 1000`,
		`usage_on_agent[0]`, `ignore_scopes[0]`,
		`unknown_model::action: must be one of mark, estimate, got "guess"`,
		`dedupe::max_entries: must be from 1 to`, `dedupe::ttl: must be from 1s to 168h, got 0s`,
		`prices::file`, `prices::models`, `regex`, `input_mtok`,
	} {
		require.Contains(t, err.Error(), part)
	}
}

func TestPriceFactorNamesOneKnownProvider(t *testing.T) {
	_, err := load(t, "price_factor: {azure: 0.9, azure.ai.openai: 0.5}")
	require.ErrorContains(t, err, "price_factor::azure.ai.openai: is the same provider as price_factor::azure (azure)")
	_, err = load(t, "price_factor: {opnai: 0.9}")
	require.ErrorContains(t, err, "price_factor::opnai: must be a provider of the price table or of your own rows")
	_, err = load(t, `{price_factor: {acme: 0.9}, prices: {models: [{provider: acme, match: {equals: m}, prices: {input_mtok: 1}}]}}`)
	require.NoError(t, err)
	_, err = load(t, "price_factor: {aws.bedrock: 0.9, azure.ai.openai: 0.8, gcp.vertex_ai: 0.7}")
	require.NoError(t, err)
}

func TestRatesForUnknownModelsMustMakeSenseUnused(t *testing.T) {
	_, err := load(t, "unknown_model: {prices: {input_mtok: -10, bogus: 1}}")
	require.ErrorContains(t, err, "input_mtok")
	require.ErrorContains(t, err, "bogus")
}

func TestEstimateNeedsRates(t *testing.T) {
	_, err := load(t, "unknown_model: {action: estimate}")
	require.ErrorContains(t, err, "unknown_model::prices: must name the rates")
}

// 900 without a unit is 900 ns, in which nothing comes again: everything would be billed twice.
func TestDurationsWithoutAUnitAreRefused(t *testing.T) {
	_, err := load(t, "dedupe: {ttl: 900}")
	require.EqualError(t, err, "dedupe::ttl: must be from 1s to 168h, got 900ns; was the unit forgotten? 900 is nanoseconds, 900s is seconds")
	_, err = load(t, "dedupe: {hold: 500}")
	require.ErrorContains(t, err, "dedupe::hold: must be 0 (no request waits) or from 1ms to 5s, got 500ns; was the unit forgotten?")
}

func TestUnknownKeyIsRefused(t *testing.T) {
	_, err := load(t, "dedup: {ttl: 1m}")
	require.ErrorContains(t, err, "dedup")
}

func TestBadPriceFileNamesFileAndLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "p.yaml")
	require.NoError(t, os.WriteFile(file, []byte("- match: {equals: a}\n  prices: {input_mtok: 1}\n- match: {equals: b}\n  prices: {input_mtok: -2}\n"), 0o600))
	_, err := load(t, "prices: {file: "+file+"}")
	require.ErrorContains(t, err, "p.yaml:4")
	require.NotContains(t, err.Error(), "p.yaml:2")
}
