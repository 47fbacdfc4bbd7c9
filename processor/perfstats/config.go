package perfstats

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-llm/otelcol-llm/internal/limits"
	"github.com/otelcol-llm/otelcol-llm/internal/memory"
)

// Values of the config.
const (
	sourcesGenAIMetrics = "genaimetrics"
	sourcesAll          = "all"

	kindCount = "count"
	kindSum   = "sum"

	minScale, maxScale = -4, 8 // what Prometheus' native histograms have

	maxWindow   = 24 * time.Hour
	maxInterval = time.Hour
	maxLatency  = 24 * time.Hour
	longest     = 10 * 365 * 24 * time.Hour
	maxSeries   = 100_000 // with which the memory for series alone is some gigabytes

	// As genaimetrics has it, whose series these are: all of them in a tenth of the memory.
	leastSeries, usualSeries, bytesOfSeries = 100, 2000, 1 << 20
)

// Config is the `perfstats` block.
type Config struct {
	// Window is how far back the gauges look, in twelve steps.
	Window time.Duration `mapstructure:"window"`
	// Interval is how often gauges are told again that no metric has moved: while their window empties.
	Interval time.Duration `mapstructure:"interval"`
	// Quantiles of the latency gauges, 0 to 1.
	Quantiles []float64 `mapstructure:"quantiles"`
	// HistogramScale is the finest scale that exponential histograms leave with.
	HistogramScale int `mapstructure:"histogram_scale"`
	// Sources of the built-in gauges: genaimetrics, or all to read the SDKs' own metrics of the same names too.
	Sources string `mapstructure:"sources"`
	// Health is when a service or model counts as degraded or unhealthy.
	Health Health `mapstructure:"health"`
	// Latency lists histograms that get latency gauges besides the built-in ones.
	Latency []LatencySource `mapstructure:"latency"`
	// Ratios lists gauges that divide one metric by another.
	Ratios []RatioSource `mapstructure:"ratios"`
	// Dimensions split gauges that rest on other senders' metrics than genaimetrics', whose points have the dimensions that it adds.
	Dimensions []string `mapstructure:"dimensions"`
	// SeriesLimit is how many services, and how many models, agents, tools and evaluations of services, have gauges of their own.
	SeriesLimit int `mapstructure:"series_limit"`
	// ExpireAfter is how long the last value of a cumulative series is remembered after its last point.
	ExpireAfter time.Duration `mapstructure:"expire_after"`
}

// Health holds the two thresholds; whatever is above either value of one has that state.
type Health struct {
	Degraded  Threshold `mapstructure:"degraded"`
	Unhealthy Threshold `mapstructure:"unhealthy"`
}

// Threshold is crossed when the share of failed calls or the mean latency is above it.
type Threshold struct {
	ErrorRatio float64       `mapstructure:"error_ratio"`
	AvgLatency time.Duration `mapstructure:"avg_latency"`
}

// LatencySource is a histogram of durations and the value of `scope` that its gauges have.
type LatencySource struct {
	Metric string `mapstructure:"metric"`
	Scope  string `mapstructure:"scope"`
}

// RatioSource is a gauge of a name of its own: what came in the window on one metric, divided by what came on another.
type RatioSource struct {
	Name string `mapstructure:"name"`
	Of   string `mapstructure:"of"`
	To   string `mapstructure:"to"`
	// Kind is what of a histogram is divided: count, its observations (the default), or sum. A counter has only its increase.
	Kind string `mapstructure:"kind"`
}

func createDefaultConfig() component.Config {
	return &Config{
		Window:         5 * time.Minute,
		Interval:       15 * time.Second,
		Quantiles:      []float64{0.5, 0.9, 0.95, 0.99},
		HistogramScale: 3,
		Sources:        sourcesGenAIMetrics,
		Health: Health{
			Degraded:  Threshold{ErrorRatio: 0.05, AvgLatency: 5 * time.Second},
			Unhealthy: Threshold{ErrorRatio: 0.10, AvgLatency: 10 * time.Second},
		},
		SeriesLimit: memory.Default(leastSeries, usualSeries, bytesOfSeries),
		ExpireAfter: time.Hour,
	}
}

// Validate reports everything that is wrong at once.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	errs = append(errs, checkDuration("window", c.Window, time.Second, maxWindow), checkDuration("interval", c.Interval, time.Second, maxInterval),
		checkDuration("expire_after", c.ExpireAfter, time.Second, longest))
	refuse(c.HistogramScale < minScale || c.HistogramScale > maxScale,
		"histogram_scale must be %d to %d, got %d", minScale, maxScale, c.HistogramScale)
	refuse(c.Sources != sourcesGenAIMetrics && c.Sources != sourcesAll,
		"sources must be %s or %s, got %q", sourcesGenAIMetrics, sourcesAll, c.Sources)
	refuse(c.SeriesLimit < 1 || c.SeriesLimit > maxSeries, "series_limit must be 1 to %d, got %d", maxSeries, c.SeriesLimit)
	refuse(c.ExpireAfter >= time.Second && c.ExpireAfter < c.Window, "expire_after must be at least window (%v), got %v", c.Window, c.ExpireAfter)
	errs = append(errs, checkQuantiles(c.Quantiles)...)
	errs = append(errs, c.Health.check()...)
	errs = append(errs, checkLatency(c.Latency)...)
	errs = append(errs, checkRatios(c.Ratios)...)
	errs = append(errs, checkDimensions(c.Dimensions)...)
	return errors.Join(errs...)
}

func checkDuration(key string, d, least, most time.Duration) error {
	if err := limits.Duration(d, least, most, ""); err != nil {
		return fmt.Errorf("%s %w", key, err)
	}
	return nil
}

func checkQuantiles(quantiles []float64) []error {
	var errs []error
	seen := map[string]bool{}
	for i, q := range quantiles {
		stat := percentile(q)
		switch {
		case math.IsNaN(q) || q < 0 || q > 1:
			errs = append(errs, fmt.Errorf("quantiles[%d] must be 0 to 1, got %v", i, q))
		case seen[stat]:
			errs = append(errs, fmt.Errorf("quantiles[%d] must be one that is not listed yet and rounds to another percentile, got %v (%s) again",
				i, q, stat))
		}
		seen[stat] = true
	}
	return errs
}

func (h *Health) check() []error {
	var errs []error
	for _, t := range []struct {
		key string
		Threshold
	}{{"degraded", h.Degraded}, {"unhealthy", h.Unhealthy}} {
		if !(t.ErrorRatio >= 0 && t.ErrorRatio <= 1) { // so written for NaN
			errs = append(errs, fmt.Errorf("health.%s.error_ratio must be 0 to 1, got %v", t.key, t.ErrorRatio))
		}
		errs = append(errs, checkDuration("health."+t.key+".avg_latency", t.AvgLatency, time.Millisecond, maxLatency))
	}
	if h.Unhealthy.ErrorRatio < h.Degraded.ErrorRatio {
		errs = append(errs, fmt.Errorf("health.unhealthy.error_ratio must not be below health.degraded.error_ratio (%v), got %v",
			h.Degraded.ErrorRatio, h.Unhealthy.ErrorRatio))
	}
	if h.Unhealthy.AvgLatency < h.Degraded.AvgLatency {
		errs = append(errs, fmt.Errorf("health.unhealthy.avg_latency must not be below health.degraded.avg_latency (%v), got %v",
			h.Degraded.AvgLatency, h.Unhealthy.AvgLatency))
	}
	return errs
}

func checkLatency(list []LatencySource) []error {
	var errs []error
	seen := map[string]bool{}
	for i, l := range list {
		key := fmt.Sprintf("latency[%d]", i)
		switch {
		case l.Metric == "":
			errs = append(errs, fmt.Errorf("%s.metric must name a histogram, got nothing", key))
		case isBuiltin(l.Metric):
			errs = append(errs, fmt.Errorf("%s.metric must not be one of the built-in sources, got %q", key, l.Metric))
		case seen[l.Metric]:
			errs = append(errs, fmt.Errorf("%s.metric must be named once, got %q again", key, l.Metric))
		}
		if l.Scope == "" || l.Scope == scopeTTFT {
			errs = append(errs, fmt.Errorf("%s.scope must be a word other than %q, got %q", key, scopeTTFT, l.Scope))
		}
		seen[l.Metric] = true
	}
	return errs
}

func checkRatios(list []RatioSource) []error {
	var errs []error
	seen := map[string]bool{}
	for i, r := range list {
		key := fmt.Sprintf("ratios[%d]", i)
		switch {
		case r.Name == "":
			errs = append(errs, fmt.Errorf("%s.name must be the name of the gauge, got nothing", key))
		case isBuiltin(r.Name) || strings.HasPrefix(r.Name, "llm.perf."):
			errs = append(errs, fmt.Errorf("%s.name must not be the name of a built-in metric, got %q", key, r.Name))
		case seen[r.Name]:
			errs = append(errs, fmt.Errorf("%s.name must be given once, got %q again", key, r.Name))
		}
		seen[r.Name] = true
		for _, m := range []struct{ key, metric string }{{"of", r.Of}, {"to", r.To}} {
			if m.metric == "" {
				errs = append(errs, fmt.Errorf("%s.%s must name a counter or a histogram, got nothing", key, m.key))
			}
		}
		if r.Kind != "" && r.Kind != kindCount && r.Kind != kindSum {
			errs = append(errs, fmt.Errorf("%s.kind must be %s or %s, got %q", key, kindCount, kindSum, r.Kind))
		}
	}
	return errs
}

func isBuiltin(metric string) bool {
	_, ok := builtin[metric]
	return ok
}
