package alertnotify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

// pagerDutyEvents is the default endpoint of the template pagerduty.
const pagerDutyEvents = "https://events.pagerduty.com/v2/enqueue"

// longestRetry is the longest time of retry_on_failure.
const longestRetry = 90 * 24 * time.Hour

// severities are those of alerts, in order.
var severities = []string{genai.SeverityInfo, genai.SeverityWarning, genai.SeverityError}

// WebhookConfig is one webhook; the client's keys, the endpoint among them, are those of confighttp.
type WebhookConfig struct {
	// Name is what the webhook is called in metrics, logs and on disk.
	Name string `mapstructure:"name"`
	// Template is slack, pagerduty, teams, json, or a text/template that gives JSON.
	Template string `mapstructure:"template"`
	// RoutingKey is PagerDuty's integration key.
	RoutingKey configopaque.String `mapstructure:"routing_key"`
	// MinSeverity is the least alert.severity that is sent.
	MinSeverity string `mapstructure:"min_severity"`
	// Names are the alerts that are sent, by alert.name, with * for any text; all when empty.
	Names []string `mapstructure:"names"`
	// SendResolved is false where only the beginning of an alert matters.
	SendResolved bool `mapstructure:"send_resolved"`
	// HMACSecret signs each body.
	HMACSecret configopaque.String `mapstructure:"hmac_secret"`

	Retry  configretry.BackOffConfig `mapstructure:"retry_on_failure"`
	Client confighttp.ClientConfig   `mapstructure:",squash"`
}

func defaultWebhook() WebhookConfig {
	retry := configretry.NewDefaultBackOffConfig()
	retry.InitialInterval, retry.MaxInterval, retry.MaxElapsedTime = time.Second, time.Minute, 24*time.Hour
	return WebhookConfig{
		Template: templateJSON, MinSeverity: genai.SeverityInfo, SendResolved: true, Retry: retry, Client: defaultClient(),
	}
}

var _ confmap.Unmarshaler = (*WebhookConfig)(nil)

// Unmarshal sets the defaults: an element of a list inherits none.
func (c *WebhookConfig) Unmarshal(conf *confmap.Conf) error {
	*c = defaultWebhook()
	if err := conf.Unmarshal(c); err != nil {
		return err
	}
	if c.Template == templatePagerDuty && c.Client.Endpoint == "" {
		c.Client.Endpoint = pagerDutyEvents
	}
	return nil
}

var _ confmap.Validator = (*WebhookConfig)(nil)

// Validate reports every fault at once.
func (c *WebhookConfig) Validate() error {
	var errs []error
	if c.Name == "" || len(c.Name) > 64 {
		errs = append(errs, fmt.Errorf("name: must have 1 to 64 bytes, got %q", c.Name))
	}
	if _, err := endpointURL(c.Client.Endpoint); err != nil {
		errs = append(errs, fmt.Errorf("endpoint: %w", err))
	}
	if err := checkTimeout(c.Client.Timeout); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, checkRetry(&c.Retry))
	if !slices.Contains(severities, c.MinSeverity) {
		errs = append(errs, fmt.Errorf("min_severity: must be %s, got %q", strings.Join(severities, " or "), c.MinSeverity))
	}
	for i, pattern := range c.Names {
		if pattern == "" {
			errs = append(errs, fmt.Errorf("names::%d: must be a name, with * for any text, got nothing", i))
		}
	}
	if (c.RoutingKey != "") != (c.Template == templatePagerDuty) {
		errs = append(errs, errors.New("routing_key: must be set with the template pagerduty, and with no other"))
	}
	if _, err := newRenderer(c); err != nil {
		errs = append(errs, fmt.Errorf("template: %w", err))
	}
	return errors.Join(errs...)
}

// checkRetry finds what configretry takes: a time without its unit, after which an alert would be given up at once.
func checkRetry(c *configretry.BackOffConfig) error {
	if !c.Enabled {
		return nil
	}
	var errs []error
	for _, d := range []struct {
		key   string
		value time.Duration
		zero  string
	}{
		{"initial_interval", c.InitialInterval, "the shortest"}, {"max_interval", c.MaxInterval, "the shortest"}, {"max_elapsed_time", c.MaxElapsedTime, "for ever"},
	} {
		if err := limits.Duration(d.value, time.Millisecond, longestRetry, d.zero); err != nil {
			errs = append(errs, fmt.Errorf("retry_on_failure::%s: %w", d.key, err))
		}
	}
	return errors.Join(errs...)
}

// wants says whether an alert goes to this webhook.
func (c *WebhookConfig) wants(a *alert.Alert) bool {
	if !a.Firing() && !c.SendResolved {
		return false
	}
	if slices.Index(severities, a.Severity) < slices.Index(severities, c.MinSeverity) {
		return false
	}
	return len(c.Names) == 0 || slices.ContainsFunc(c.Names, func(pattern string) bool { return matches(pattern, a.Name) })
}

// matches compares a name with a pattern in which * is any text.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		ok, rest = ok && found, after
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}
