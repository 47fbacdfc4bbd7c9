package genaimetrics

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
	"github.com/otelcol-llm/otelcol-llm/internal/memory"
)

// Config of the connector. README.md shows every key with its default.
type Config struct {
	// Interval between two exports of all series.
	Interval time.Duration `mapstructure:"interval"`
	// ZeroFor is how long a new counter or histogram is exported as 0 before its value is; 0 exports values at once.
	ZeroFor time.Duration `mapstructure:"zero_for"`
	// Naming is the families of metric names to emit: semconv, genai-0.1, langchain.
	Naming []string `mapstructure:"naming"`
	// Histograms is the kind of histogram under the semconv names: exponential or classic.
	Histograms string `mapstructure:"histograms"`
	// Dimensions are further point attributes, copied from spans or resources.
	Dimensions []Dimension `mapstructure:"dimensions"`
	// SeriesLimit is how many series one metric may have before the rest goes to its overflow series.
	SeriesLimit int `mapstructure:"series_limit"`
	// ExpireAfter drops a series on which nothing was observed for that long; 0 keeps every series.
	ExpireAfter time.Duration `mapstructure:"expire_after"`
	// Exemplars puts the trace and span id of the slowest and of the dearest call of an interval on their points.
	Exemplars bool `mapstructure:"exemplars"`
	// Dedupe is the memory for what was counted already.
	Dedupe Dedupe `mapstructure:"dedupe"`
}

// Dimension is one further point attribute.
type Dimension struct {
	// Name of the attribute, on the span or resource and on the points.
	Name string `mapstructure:"name"`
	// From is span (the default: the span's attribute, else the resource's) or resource.
	From string `mapstructure:"from"`
	// Default is the value where the attribute is missing; empty leaves the attribute out.
	Default string `mapstructure:"default"`
}

// Dedupe is the memory for what was counted already.
type Dedupe struct {
	// Window is how long a counted span is remembered; 0 turns it off.
	Window time.Duration `mapstructure:"window"`
	// MaxEntries is how many ids are remembered at most.
	MaxEntries int `mapstructure:"max_entries"`
}

// Values of the enumerated keys.
const (
	namingSemconv   = "semconv"
	namingLangchain = "langchain"
	namingGenAI01   = "genai-0.1"

	histogramsExponential = "exponential"
	histogramsClassic     = "classic"

	fromSpan     = "span"
	fromResource = "resource"
)

const maxDimensions = 16

// A sender that makes up names fills each metric; with what perfstats, the history and scrapes keep of them, one name takes 100 kB and more.
const leastSeries, usualSeries, bytesOfSeries = 100, 2000, 1 << 20

func createDefaultConfig() component.Config {
	return &Config{
		Interval:    15 * time.Second,
		ZeroFor:     20 * time.Second,
		Naming:      []string{namingSemconv},
		Histograms:  histogramsExponential,
		SeriesLimit: memory.Default(leastSeries, usualSeries, bytesOfSeries),
		ExpireAfter: time.Hour,
		Exemplars:   true,
		Dedupe:      Dedupe{Window: genai.DedupeWindow, MaxEntries: 500_000},
	}
}

// Validate reports every wrong key at once.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	errs = append(errs, c.validateDurations()...)
	refuse(len(c.Naming) > 0, "naming must have one or more of semconv, genai-0.1, langchain, got none")
	for i, n := range c.Naming {
		refuse(n == namingSemconv || n == namingGenAI01 || n == namingLangchain, "naming[%d] must be semconv, genai-0.1 or langchain, got %q", i, n)
		refuse(!slices.Contains(c.Naming[:i], n), "naming[%d] repeats %q", i, n)
	}
	refuse(c.Histograms == histogramsExponential || c.Histograms == histogramsClassic,
		"histograms must be exponential or classic, got %q", c.Histograms)
	refuse(c.SeriesLimit >= 1 && c.SeriesLimit <= 1_000_000, "series_limit must be between 1 and 1000000, got %d", c.SeriesLimit)
	refuse(c.Dedupe.MaxEntries >= 1 && c.Dedupe.MaxEntries <= 10_000_000,
		"dedupe.max_entries must be between 1 and 10000000, got %d", c.Dedupe.MaxEntries)
	errs = append(errs, c.validateDimensions()...)
	return errors.Join(errs...)
}

const (
	minInterval = 100 * time.Millisecond
	maxInterval = time.Hour
	minMemory   = time.Second // of what was counted
	maxMemory   = 7 * 24 * time.Hour
	longest     = 10 * 365 * 24 * time.Hour
)

func (c *Config) validateDurations() []error {
	var errs []error
	check := func(key string, d, least, most time.Duration, zero string) {
		if err := limits.Duration(d, least, most, zero); err != nil {
			errs = append(errs, fmt.Errorf("%s %w", key, err))
		}
	}
	check("interval", c.Interval, minInterval, maxInterval, "")
	check("zero_for", c.ZeroFor, minInterval, maxInterval, "off")
	check("dedupe.window", c.Dedupe.Window, minMemory, maxMemory, "off")
	expire := c.ExpireAfter
	check("expire_after", expire, time.Second, longest, "never")
	if expire >= time.Second && expire < c.Interval {
		errs = append(errs, fmt.Errorf("expire_after must be 0 (never) or at least interval (%v), got %v", c.Interval, expire))
	}
	return errs
}

func (c *Config) validateDimensions() []error {
	var errs []error
	if len(c.Dimensions) > maxDimensions {
		errs = append(errs, fmt.Errorf("dimensions must have at most %d entries, got %d", maxDimensions, len(c.Dimensions)))
	}
	for i, d := range c.Dimensions {
		if d.Name == "" {
			errs = append(errs, fmt.Errorf("dimensions[%d].name must not be empty", i))
		}
		if d.From != "" && d.From != fromSpan && d.From != fromResource {
			errs = append(errs, fmt.Errorf("dimensions[%d].from must be span or resource, got %q", i, d.From))
		}
	}
	return append(errs, c.validateLabels()...)
}
