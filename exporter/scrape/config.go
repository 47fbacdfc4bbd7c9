package scrape

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-llm/otelcol-llm/exporter/scrape/internal/series"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
	"github.com/otelcol-llm/otelcol-llm/internal/memory"
)

// Config is the `scrape` block; README.md has every key with its default. Those of the exporter prometheus mean the same here.
type Config struct {
	confighttp.ServerConfig `mapstructure:",squash"`

	QueueBatchConfig configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`

	// Namespace is put before each metric's name.
	Namespace string `mapstructure:"namespace"`
	// ConstLabels are labels of every series.
	ConstLabels map[string]string `mapstructure:"const_labels"`
	// SendTimestamps says of each sample when it was taken, instead of letting it be the time of the scrape.
	SendTimestamps bool `mapstructure:"send_timestamps"`
	// MetricExpiration is for how long a series is told without a new point.
	MetricExpiration time.Duration `mapstructure:"metric_expiration"`
	// MaxSeries is how many series are kept, where one that takes more than a KiB counts once for each KiB begun.
	MaxSeries int `mapstructure:"max_series"`
	// EnableOpenMetrics offers OpenMetrics, whose text has exemplars.
	EnableOpenMetrics bool `mapstructure:"enable_open_metrics"`
	// WithoutScopeInfo leaves out the labels of the instrumentation scope.
	WithoutScopeInfo bool `mapstructure:"without_scope_info"`
	// TranslationStrategy is how names are translated, one of otlptranslator's: by default dots become underscores, and unit and type are put
	// behind metrics' names.
	TranslationStrategy otlptranslator.TranslationStrategyOption `mapstructure:"translation_strategy"`

	ResourceToTelemetry ResourceToTelemetry `mapstructure:"resource_to_telemetry_conversion"`
}

// ResourceToTelemetry makes labels of resource attributes.
type ResourceToTelemetry struct {
	Enabled bool `mapstructure:"enabled"`
	// ExcludeServiceAttributes leaves out the three that are job and instance already.
	ExcludeServiceAttributes bool `mapstructure:"exclude_service_attributes"`
}

const (
	defaultExpiration = 5 * time.Minute
	longestExpiration = 10 * 365 * 24 * time.Hour

	// A series counts a KiB, so all of them take a sixteenth of the memory.
	leastSeries, usualSeries, bytesOfSeries = 1000, 100_000, 16 << 10
)

var strategies = []otlptranslator.TranslationStrategyOption{
	otlptranslator.UnderscoreEscapingWithSuffixes, otlptranslator.UnderscoreEscapingWithoutSuffixes,
	otlptranslator.NoUTF8EscapingWithSuffixes, otlptranslator.NoTranslation,
}

func createDefaultConfig() component.Config {
	return &Config{
		ServerConfig: confighttp.NewDefaultServerConfig(), MetricExpiration: defaultExpiration, MaxSeries: memory.Default(leastSeries, usualSeries, bytesOfSeries),
		TranslationStrategy: otlptranslator.UnderscoreEscapingWithSuffixes,
	}
}

// Validate reports every mistake at once.
func (c *Config) Validate() error {
	var errs []error
	wrong := func(key, want string, got any) {
		errs = append(errs, fmt.Errorf("%s: must be %s, got %v", key, want, got))
	}
	if strings.TrimSpace(c.NetAddr.Endpoint) == "" {
		wrong("endpoint", "an address to listen on", `""`)
	}
	if err := limits.Duration(c.MetricExpiration, time.Second, longestExpiration, ""); err != nil {
		errs = append(errs, fmt.Errorf("metric_expiration: %w", err))
	}
	if c.MaxSeries <= 0 {
		wrong("max_series", "more than 0", c.MaxSeries)
	}
	if !slices.Contains(strategies, c.TranslationStrategy) {
		wrong("translation_strategy", fmt.Sprintf("one of %v", strategies), fmt.Sprintf("%q", c.TranslationStrategy))
	}
	for name, value := range c.ConstLabels {
		if name == "" || strings.HasPrefix(name, "__") || !utf8.ValidString(name) || !utf8.ValidString(value) {
			wrong("const_labels", "UTF-8, and no name empty or with __ before it", fmt.Sprintf("%q: %q", name, value))
		}
	}
	return errors.Join(errs...)
}

func (c *Config) options() series.Options {
	labels := otlptranslator.LabelNamer{
		UTF8Allowed: !c.TranslationStrategy.ShouldEscape(), PreserveMultipleUnderscores: true, //nolint:staticcheck // as prometheus has it
	}
	return series.Options{
		Metrics:              otlptranslator.NewMetricNamer(c.Namespace, c.TranslationStrategy),
		Labels:               labels,
		ConstLabels:          c.ConstLabels,
		WithoutScope:         c.WithoutScopeInfo,
		ResourceLabels:       c.ResourceToTelemetry.Enabled,
		WithoutServiceLabels: c.ResourceToTelemetry.ExcludeServiceAttributes,
		Timestamps:           c.SendTimestamps,
		Expiration:           c.MetricExpiration,
		Limit:                c.MaxSeries,
	}
}
