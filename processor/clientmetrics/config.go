package clientmetrics

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of own.
const (
	ownDrop    = "drop"
	ownByScope = "by_scope"
	ownPass    = "pass"
)

const (
	maxSeries      = 1_000_000
	maxInstances   = 1_000_000
	minExpireAfter = time.Minute
)

// Config is the `clientmetrics` block.
type Config struct {
	// Own is what becomes of metrics that would end up as series of the gateway: drop, pass, or by_scope, which passes those
	// whose scope is the gateway's.
	Own string `mapstructure:"own"`
	// Except lists metrics of the gateway that pass from clients all the same, unless their scope is the gateway's.
	Except []string `mapstructure:"except"`
	// InstanceLimit is how many instances that clients do not name themselves are told apart at a time; further ones are not.
	InstanceLimit int `mapstructure:"instance_limit"`
	// ScopeLabels puts the scope's name, version, schema and attributes on every point, for a Prometheus exporter with
	// without_scope_info: it would give two scopes' points as one series twice.
	ScopeLabels bool `mapstructure:"scope_labels"`
	// SeriesLimit is how many cumulative series are watched for second writers; 0 watches none.
	SeriesLimit int `mapstructure:"series_limit"`
	// ExpireAfter is how long a series is watched, and an instance told apart, after its last point.
	ExpireAfter time.Duration `mapstructure:"expire_after"`
}

func createDefaultConfig() component.Config {
	return &Config{Own: ownDrop, InstanceLimit: 10_000, SeriesLimit: 20_000, ExpireAfter: time.Hour}
}

// Validate reports everything that is wrong at once.
func (c *Config) Validate() error {
	var errs []error
	if words := []string{ownDrop, ownByScope, ownPass}; !slices.Contains(words, c.Own) {
		errs = append(errs, fmt.Errorf("own must be one of %s, got %q", strings.Join(words, ", "), c.Own))
	}
	known := map[string]bool{}
	for _, m := range genai.GatewayMetrics() {
		known[m.Name] = true
	}
	for i, name := range c.Except {
		if !known[name] {
			errs = append(errs, fmt.Errorf("except[%d] must be a metric of the gateway (gen_ai.client.token.usage, llm.calls …), got %q", i, name))
		}
	}
	if c.InstanceLimit < 1 || c.InstanceLimit > maxInstances {
		errs = append(errs, fmt.Errorf("instance_limit must be 1 to %d, got %d", maxInstances, c.InstanceLimit))
	}
	if c.SeriesLimit < 0 || c.SeriesLimit > maxSeries {
		errs = append(errs, fmt.Errorf("series_limit must be 0 to %d, got %d", maxSeries, c.SeriesLimit))
	}
	if c.ExpireAfter < minExpireAfter {
		errs = append(errs, fmt.Errorf("expire_after must be %v or more, got %v", minExpireAfter, c.ExpireAfter))
	}
	return errors.Join(errs...)
}
