package alertnotify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// config loads the `alertnotify` block.
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

func TestConfigDefaults(t *testing.T) {
	cfg, err := config(t, `
alertmanager: {endpoints: ["http://a:9093", "https://b/prefix/"], tls: {insecure_skip_verify: true}}
webhooks:
  - {name: slack, endpoint: "https://hooks.example/x", template: slack, headers: {X-Team: a}}
  - {name: pager, template: pagerduty, routing_key: k, min_severity: error, timeout: 3s}
storage: file_storage`)
	require.NoError(t, err)
	assert.Equal(t, time.Minute, cfg.Alertmanager.Interval)
	assert.Equal(t, 10*time.Second, cfg.Alertmanager.Client.Timeout)
	assert.Equal(t, "file_storage", cfg.Storage.String())
	slack, pager := cfg.Webhooks[0], cfg.Webhooks[1]
	assert.Equal(t, 10*time.Second, slack.Client.Timeout)
	assert.Equal(t, genai.SeverityInfo, slack.MinSeverity)
	assert.True(t, slack.SendResolved)
	assert.Equal(t, 24*time.Hour, slack.Retry.MaxElapsedTime)
	assert.Equal(t, pagerDutyEvents, pager.Client.Endpoint)
	assert.Equal(t, 3*time.Second, pager.Client.Timeout)
	assert.Equal(t, "https://b/prefix/api/v2/alerts", peerURL(cfg.Alertmanager.Endpoints[1]))
}

func TestConfigRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"an unknown key":     {"webhook: []", "webhook"},
		"log":                {"log: debug", `log: must be none or info, got "debug"`},
		"no directory":       {"directory: ''", "directory: must name a directory"},
		"one endpoint":       {"alertmanager: {endpoint: 'http://a:1'}", "the list is endpoints"},
		"a host only":        {"alertmanager: {endpoints: ['a:9093']}", "endpoints::0: must be a URL"},
		"the same host":      {"alertmanager: {endpoints: ['http://a:1/x', 'http://a:1/y']}", "a:1 twice"},
		"an interval":        {"alertmanager: {interval: 1ms}", "interval: must be from 1s to 1h"},
		"no time-out":        {"alertmanager: {timeout: 0s}", "timeout: must be from 10ms to 10m"},
		"no name":            {"webhooks: [{endpoint: 'http://a/'}]", "name: must have 1 to 64 bytes"},
		"no endpoint":        {"webhooks: [{name: a}]", "endpoint: must be a URL such as https://host:port/path, got nothing"},
		"a name twice":       {"webhooks: [{name: a, endpoint: 'http://a/'}, {name: a, endpoint: 'http://b/'}]", `must be unique, got "a" as webhooks::0`},
		"no unit":            {"webhooks: [{name: a, endpoint: 'http://a/', retry_on_failure: {max_elapsed_time: 3600}}]", "retry_on_failure::max_elapsed_time: must be 0 (for ever) or from 1ms to 2160h, got 3.6µs; was the unit forgotten?"},
		"a severity":         {"webhooks: [{name: a, endpoint: 'http://a/', min_severity: page}]", "min_severity: must be info or warning or error"},
		"a template":         {"webhooks: [{name: a, endpoint: 'http://a/', template: slak}]", "template: must be slack"},
		"no routing key":     {"webhooks: [{name: a, template: pagerduty}]", "routing_key: must be set"},
		"a routing key":      {"webhooks: [{name: a, endpoint: 'http://a/', routing_key: k}]", "and with no other"},
		"an empty name":      {"webhooks: [{name: a, endpoint: 'http://a/', names: ['']}]", "names::0"},
		"a negative backoff": {"webhooks: [{name: a, endpoint: 'http://a/', retry_on_failure: {initial_interval: -1s}}]", "initial_interval"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config(t, c.text)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := config(t, "log: x\nwebhooks: [{endpoint: 'hooks.example/secret'}]")
	require.ErrorContains(t, err, "log:", "all faults at once")
	require.ErrorContains(t, err, "name:")
	assert.NotContains(t, err.Error(), "secret", "a webhook's URL is its password")
}

func TestWants(t *testing.T) {
	c := defaultWebhook()
	c.MinSeverity, c.Names = genai.SeverityWarning, []string{"org-*", "*MEMORY*", "exact"}
	for _, one := range []struct {
		name, severity, state string
		want                  bool
	}{
		{"org-daily", genai.SeverityWarning, genai.AlertFiring, true},
		{"org-daily", genai.SeverityError, genai.AlertResolved, true},
		{"org-daily", genai.SeverityInfo, genai.AlertFiring, false},
		{"my-org-daily", genai.SeverityError, genai.AlertFiring, false},
		{"HIGH_MEMORY_USAGE", genai.SeverityError, genai.AlertFiring, true},
		{"exact", genai.SeverityError, genai.AlertFiring, true},
		{"exactly", genai.SeverityError, genai.AlertFiring, false},
	} {
		assert.Equal(t, one.want, c.wants(&alert.Alert{Name: one.name, Severity: one.severity, State: one.state}), one)
	}
	c.SendResolved = false
	assert.False(t, c.wants(&alert.Alert{Name: "exact", Severity: genai.SeverityError, State: genai.AlertResolved}))
	assert.True(t, matches("a*b*c", "a/x/b--c"))
	assert.False(t, matches("a*a", "a"), "a text is not used twice")
}
