package dashboard

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

// config loads the `dashboard` block.
func config(t *testing.T, text string) (*Config, error) {
	t.Helper()
	var values map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &values))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(values).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, confmap.Validate(cfg)
}

func TestConfig(t *testing.T) {
	cfg, err := config(t, `
endpoint: 0.0.0.0:8890
storage: {dir: /data, retention: 7d, max_size: 500MB}
query: {timeout: 5s}
auth: {authenticator: basicauth}
allowed_hosts: [gateway.example, "gateway.example:8443"]
trace_url: "http://localhost:16686/trace/{trace_id}"
models: {quality: {gpt-4o: 0.95}}
recommendations:
  - {name: mine, expr: 'sum(increase(llm_retries_total[1h])) > 10', title: Retries, priority: high, savings: 'vector(1)', advice: Look}
  - {name: at-once, expr: '1', title: Now, for: 0s}
self_metrics: {endpoint: ""}`)
	require.NoError(t, err)
	assert.Equal(t, 7*24*time.Hour, time.Duration(cfg.Storage.Retention))
	assert.EqualValues(t, 500_000_000, cfg.Storage.MaxSize)
	assert.Equal(t, 5*time.Second, cfg.Query.Timeout)
	assert.Equal(t, 5_000_000, cfg.Query.MaxSamples, "what is not said stays")
	assert.Equal(t, 0.95, cfg.Models.Quality["gpt-4o"])
	assert.Equal(t, usualFor, cfg.Recommendations[0].For)
	assert.Zero(t, cfg.Recommendations[1].For, "a 0 is one")

	cfg, err = config(t, "")
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8890", cfg.Server.NetAddr.Endpoint)
	assert.Equal(t, 35*24*time.Hour, time.Duration(cfg.Storage.Retention))
	assert.EqualValues(t, 5<<30, cfg.Storage.MaxSize)
	assert.Zero(t, cfg.Server.WriteTimeout, "it would end the stream of events")
	assert.Zero(t, cfg.Server.ReadTimeout, "the same")
}

func TestConfigRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an unknown key":          {"storages: {}", "storages"},
		"all addresses":           {"endpoint: 0.0.0.0:8890", "endpoint: must be a loopback address"},
		"a name":                  {"endpoint: gateway:8890", "must be a loopback address"},
		"every interface":         {"endpoint: ':8890'", "must be a loopback address"},
		"no port":                 {"endpoint: localhost", "must be host:port"},
		"no directory":            {"storage: {dir: ''}", "dir: must name a directory"},
		"a short retention":       {"storage: {retention: 1h}", "retention: must be from 24h"},
		"no retention":            {"storage: {retention: 35days}", `must be a duration such as 35d or 840h, got "35days"`},
		"no size":                 {"storage: {max_size: many}", `must be a size such as 5GiB or 500MB, got "many"`},
		"a small size":            {"storage: {max_size: 1MiB}", "max_size: must be at least 64MiB"},
		"no series":               {"storage: {max_series: 0}", "max_series: must be from 1000"},
		"a time-out":              {"query: {timeout: 1}", "timeout: must be from 100ms"},
		"no samples":              {"query: {max_samples: 0}", "max_samples: must be from 1000"},
		"no queries":              {"query: {concurrency: 0}", "concurrency: must be from 1 to 1000"},
		"a host with a scheme":    {"allowed_hosts: ['http://a']", "allowed_hosts::0"},
		"a link without the hole": {"trace_url: http://localhost/", "trace_url: must be a URL such as"},
		"a quality":               {"models: {quality: {a: 2}}", "quality::a: must be from 0 to 1"},
		"no title":                {"recommendations: [{name: a, expr: '1'}]", "title: must be set"},
		"bad PromQL":              {"recommendations: [{name: a, title: b, expr: 'sum('}]", "expr: must be PromQL"},
		"a priority":              {"recommendations: [{name: a, title: b, expr: '1', priority: p1}]", "priority: must be one of high, medium, low"},
		"no unit":                 {"recommendations: [{name: a, title: b, expr: '1', for: 10}]", "for: must be 0 (at once) or from 1s to 24h, got 10ns; was the unit forgotten?"},
		"a name twice":            {"recommendations: [{name: a, title: b, expr: '1'}, {name: a, title: b, expr: '1'}]", `must be unique, got "a"`},
		"own metrics":             {"self_metrics: {endpoint: 'localhost:8888'}", "endpoint: must be a URL such as"},
		"own metrics, often":      {"self_metrics: {interval: 1ms}", "interval: must be from 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config(t, c.text)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := config(t, "endpoint: ':1'\nquery: {timeout: 1s, concurrency: 0}\nstorage: {dir: ''}")
	for _, want := range []string{"endpoint:", "concurrency:", "dir:"} {
		assert.ErrorContains(t, err, want, "all faults at once")
	}
}
