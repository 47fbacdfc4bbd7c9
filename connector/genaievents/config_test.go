package genaievents

import (
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

func configured(t testing.TB, yaml string) *Config {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	ret, err := confmap.NewRetrievedFromYAML([]byte(yaml))
	require.NoError(t, err)
	conf, err := ret.AsConf()
	require.NoError(t, err)
	require.NoError(t, conf.Unmarshal(cfg))
	return cfg
}

func TestDefaultConfigIsValid(t *testing.T) {
	require.NoError(t, createDefaultConfig().(*Config).Validate())
}

func TestConfigErrorsComeTogether(t *testing.T) {
	err := (&Config{
		Naming: []string{"otel", "semconv", "semconv"}, Requests: "some", Body: "xml", MaxValueBytes: 4,
		Events:   []string{"span"},
		Severity: map[string]string{"cost": "info", "llm": "loud"},
		Content:  Content{Mode: "some", Full: Full{MaxBytes: 0}},
		Keep:     Keep{OK: 1.5, Slow: Slow{Above: 10, Keep: -1}},
		Attributes: []Attribute{
			{},
			{Name: "team", From: "header"},
			{Name: "team"},
			{Name: "model"},
		},
		Dedupe: Dedupe{Window: 10, MaxEntries: 0},
	}).Validate()
	for _, want := range []string{
		`naming[0] must be one of langchain, semconv, got "otel"`,
		`naming[2] repeats "semconv"`,
		`events[0] must be one of request, llm, tool, error, alert, evaluation, got "span"`,
		`requests must be one of root, all, got "some"`,
		`severity must be of request, llm, tool, error, alert, got "cost"`,
		`severity.llm must be trace, debug, info, warn, error or fatal, got "loud"`,
		`content must be one of none, length, hash, full, got "some"`,
		"content.full.max_bytes must be from 1 to 65536, got 0",
		"keep.ok must be from 0 to 1, got 1.5",
		"keep.slow.keep must be from 0 to 1, got -1",
		"keep.slow.above must be from 1ms to 168h, got 10ns; was the unit forgotten? 10 is nanoseconds, 10s is seconds",
		`body must be one of logfmt, json, message, got "xml"`,
		"max_value_bytes must be from 32 to 65536, got 4",
		"dedupe.window must be 0 (off) or from 1s to 168h, got 10ns",
		"dedupe.max_entries must be from 1 to 10000000, got 0",
		"attributes[0].name must not be empty",
		`attributes[1].from must be span or resource, got "header"`,
		`attributes[2].name repeats "team"`,
		`attributes[3].name must not be one that the records have themselves, got "model"`,
	} {
		require.ErrorContains(t, err, want)
	}
	require.ErrorContains(t, (&Config{}).Validate(), "naming must have one or more of langchain, semconv, got none")
}

func TestContentIsAWordOrAMap(t *testing.T) {
	for yaml, want := range map[string]Content{
		"content: length":                     {contentLength, Full{4096}},
		"content: full":                       {contentFull, Full{4096}},
		"content: {full: {max_bytes: 100}}":   {contentFull, Full{100}},
		"content: {mode: hash}":               {contentHash, Full{4096}},
		"content:\n  full:\n    max_bytes: 7": {contentFull, Full{7}},
		"body: json":                          {contentNone, Full{4096}},
	} {
		require.Equal(t, want, configured(t, yaml).Content, yaml)
	}
	require.Error(t, confmap.NewFromStringMap(map[string]any{"content": map[string]any{"some": 1}}).Unmarshal(createDefaultConfig()))
}

// What a configuration leaves out of a map stays as it is.
func TestPartsKeepTheirDefaults(t *testing.T) {
	cfg := configured(t, "{severity: {llm: debug}, keep: {ok: 0.1, slow: {above: 5s}}, dedupe: {window: 1m}}")
	require.Equal(t, "error", cfg.Severity["error"])
	require.Equal(t, Keep{0.1, Slow{5 * time.Second, 1}}, cfg.Keep)
	require.Equal(t, Dedupe{time.Minute, 500_000}, cfg.Dedupe)
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// The second block of README.md shows every key with its default.
func TestReadmeConfigurationsLoad(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := yamlBlock.FindAllSubmatch(readme, -1)
	require.GreaterOrEqual(t, len(blocks), 2, "a minimal and a full one")
	for i, block := range blocks {
		ret, err := confmap.NewRetrievedFromYAML(block[1])
		require.NoError(t, err)
		conf, err := ret.AsConf()
		require.NoError(t, err)
		sub, err := conf.Sub("connectors::genaievents")
		require.NoError(t, err)
		cfg := createDefaultConfig().(*Config)
		require.NoError(t, sub.Unmarshal(cfg), "%s", block[1])
		require.NoError(t, cfg.Validate(), "%s", block[1])
		if i == 1 {
			cfg.Attributes = nil
			require.Equal(t, createDefaultConfig(), cfg)
		}
	}
}
