package dashboard

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/history"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
	"github.com/otelcol-llm/otelcol-llm/internal/memory"
)

const (
	day         = 24 * time.Hour
	maxHosts    = 100
	maxModels   = 1000
	traceIDHole = "{trace_id}"

	// A series takes up to 3.5 KiB, and all of them at most a fifth of the memory.
	leastSeries, usualSeries, bytesOfSeries = 1000, 100_000, 16 << 10
)

// Config is the `dashboard` block; README.md has every key with its default.
type Config struct {
	// Server is where the page listens; the keys are those of the Collector's HTTP server.
	Server confighttp.ServerConfig `mapstructure:",squash"`
	// AllowedHosts are further values of the header Host: names under which a proxy or another machine asks.
	AllowedHosts []string `mapstructure:"allowed_hosts"`

	Storage     StorageConfig     `mapstructure:"storage"`
	Query       QueryConfig       `mapstructure:"query"`
	SelfMetrics SelfMetricsConfig `mapstructure:"self_metrics"`

	// TraceURL is the link of a trace in a tracing backend, with {trace_id} in it.
	TraceURL string `mapstructure:"trace_url"`

	Models          ModelsConfig           `mapstructure:"models"`
	Recommendations []RecommendationConfig `mapstructure:"recommendations"`
}

// StorageConfig says where the history is and how much of it there may be.
type StorageConfig struct {
	Dir       string   `mapstructure:"dir"`
	Retention Duration `mapstructure:"retention"`
	MaxSize   Size     `mapstructure:"max_size"`
	MaxSeries int      `mapstructure:"max_series"`
}

// QueryConfig bounds each query, and how many there are at once.
type QueryConfig struct {
	Timeout     time.Duration `mapstructure:"timeout"`
	MaxSamples  int           `mapstructure:"max_samples"`
	Concurrency int           `mapstructure:"concurrency"`
}

// SelfMetricsConfig is where this gateway shows its own metrics. An empty endpoint means that they are not read.
type SelfMetricsConfig struct {
	Endpoint string        `mapstructure:"endpoint"`
	Interval time.Duration `mapstructure:"interval"`
}

// ModelsConfig is what is known about models beside what is measured.
type ModelsConfig struct {
	// Quality is from 0 to 1, by model.
	Quality map[string]float64 `mapstructure:"quality"`
}

// RecommendationConfig is a rule of the user's: where Expr gives a value, Advice is shown.
type RecommendationConfig struct {
	Name     string        `mapstructure:"name"`
	Expr     string        `mapstructure:"expr"`
	For      time.Duration `mapstructure:"for"`
	Title    string        `mapstructure:"title"`
	Priority string        `mapstructure:"priority"`
	// Savings gives USD a month.
	Savings string `mapstructure:"savings"`
	Advice  string `mapstructure:"advice"`
}

func createDefaultConfig() component.Config {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = "127.0.0.1:8890"
	server.WriteTimeout = 0 // the stream of events has no end; a ReadTimeout would end it too
	server.ReadHeaderTimeout = 10 * time.Second
	return &Config{
		Server: server,
		Storage: StorageConfig{
			Dir: "./data/history", Retention: Duration(35 * day), MaxSize: 5 << 30, MaxSeries: memory.Default(leastSeries, usualSeries, bytesOfSeries),
		},
		Query:       QueryConfig{Timeout: 20 * time.Second, MaxSamples: 5_000_000, Concurrency: 16},
		SelfMetrics: SelfMetricsConfig{Endpoint: "http://127.0.0.1:8888/metrics", Interval: 15 * time.Second},
	}
}

var _ confmap.Validator = (*Config)(nil)

// Validate reports every fault at once.
func (c *Config) Validate() error {
	errs := []error{c.checkServer(), c.checkTraceURL()}
	if len(c.AllowedHosts) > maxHosts {
		errs = append(errs, fmt.Errorf("allowed_hosts: must be at most %d, got %d", maxHosts, len(c.AllowedHosts)))
	}
	for i, h := range c.AllowedHosts {
		if h == "" || strings.ContainsAny(h, "/@ ") {
			errs = append(errs, fmt.Errorf("allowed_hosts::%d: must be a host name or address, with a port or without, got %q", i, h))
		}
	}
	names := map[string]int{}
	for i := range c.Recommendations {
		name := c.Recommendations[i].Name
		if before, ok := names[name]; ok && name != "" {
			errs = append(errs, fmt.Errorf("recommendations::%d::name: must be unique, got %q as recommendations::%d", i, name, before))
		}
		names[name] = i
	}
	return errors.Join(errs...)
}

// checkServer refuses an address that others reach without anybody being asked who they are.
func (c *Config) checkServer() error {
	endpoint := c.Server.NetAddr.Endpoint
	host, _, err := net.SplitHostPort(endpoint)
	if err != nil {
		return fmt.Errorf("endpoint: must be host:port, got %q", endpoint)
	}
	if !isLoopback(host) && !c.Server.Auth.HasValue() {
		return fmt.Errorf("endpoint: must be a loopback address such as 127.0.0.1:8890 where auth names no authenticator, got %q", endpoint)
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (c *Config) checkTraceURL() error {
	if c.TraceURL == "" {
		return nil
	}
	u, err := url.Parse(strings.ReplaceAll(c.TraceURL, traceIDHole, "0"))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || !strings.Contains(c.TraceURL, traceIDHole) {
		return fmt.Errorf("trace_url: must be a URL such as http://localhost:16686/trace/%s, got %q", traceIDHole, c.TraceURL)
	}
	return nil
}

// Validate reports every fault at once.
func (c *StorageConfig) Validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("dir: must name a directory, got nothing"))
	}
	if err := limits.Duration(time.Duration(c.Retention), day, 3650*day, ""); err != nil {
		errs = append(errs, fmt.Errorf("retention: %w", err))
	}
	if c.MaxSize < 64<<20 {
		errs = append(errs, fmt.Errorf("max_size: must be at least 64MiB, got %d bytes", int64(c.MaxSize)))
	}
	errs = append(errs, within("max_series", c.MaxSeries, 1000, 10_000_000))
	return errors.Join(errs...)
}

// Validate reports every fault at once.
func (c *QueryConfig) Validate() error {
	var errs []error
	if err := limits.Duration(c.Timeout, 100*time.Millisecond, 10*time.Minute, ""); err != nil {
		errs = append(errs, fmt.Errorf("timeout: %w", err))
	}
	return errors.Join(append(errs, within("max_samples", c.MaxSamples, 1000, 1_000_000_000), within("concurrency", c.Concurrency, 1, 1000))...)
}

// Validate reports every fault at once.
func (c *SelfMetricsConfig) Validate() error {
	if c.Endpoint == "" {
		return nil
	}
	var errs []error
	if u, err := url.Parse(c.Endpoint); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		errs = append(errs, fmt.Errorf("endpoint: must be a URL such as http://127.0.0.1:8888/metrics, or empty, got %q", c.Endpoint))
	}
	if err := limits.Duration(c.Interval, time.Second, time.Minute, ""); err != nil {
		errs = append(errs, fmt.Errorf("interval: %w", err))
	}
	return errors.Join(errs...)
}

// Validate reports every fault at once.
func (c *ModelsConfig) Validate() error {
	var errs []error
	if len(c.Quality) > maxModels {
		errs = append(errs, fmt.Errorf("quality: must have at most %d models, got %d", maxModels, len(c.Quality)))
	}
	for _, model := range slices.Sorted(maps.Keys(c.Quality)) {
		if q := c.Quality[model]; !(q >= 0 && q <= 1) {
			errs = append(errs, fmt.Errorf("quality::%s: must be from 0 to 1, got %v", model, q))
		}
	}
	return errors.Join(errs...)
}

// Unmarshal fills in the default first, so that a 0 is a 0.
func (c *RecommendationConfig) Unmarshal(conf *confmap.Conf) error {
	c.For = usualFor
	return conf.Unmarshal(c)
}

var priorities = []string{"high", "medium", "low"}

// Validate reports every fault at once.
func (c *RecommendationConfig) Validate() error {
	var errs []error
	for key, text := range map[string]string{"name": c.Name, "expr": c.Expr, "title": c.Title} {
		if text == "" {
			errs = append(errs, fmt.Errorf("%s: must be set, got nothing", key))
		}
	}
	if c.Priority != "" && !slices.Contains(priorities, c.Priority) {
		errs = append(errs, fmt.Errorf("priority: must be one of %s, got %q", strings.Join(priorities, ", "), c.Priority))
	}
	if err := limits.Duration(c.For, time.Second, day, "at once"); err != nil {
		errs = append(errs, fmt.Errorf("for: %w", err))
	}
	for key, expr := range map[string]string{"expr": c.Expr, "savings": c.Savings} {
		if expr == "" {
			continue
		}
		if err := history.Check(expr); err != nil {
			errs = append(errs, fmt.Errorf("%s: must be PromQL: %w", key, err))
		}
	}
	return errors.Join(errs...)
}

func within(key string, n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%s: must be from %d to %d, got %d", key, least, most, n)
	}
	return nil
}
