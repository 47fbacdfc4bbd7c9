package threshold

import (
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Config is one threshold as the configuration gives it: of a metric, or of the duration of spans.
type Config struct {
	// Name of the threshold, unique, and the type of its alerts.
	Name string `mapstructure:"name"`
	// Metric whose points are compared.
	Metric string `mapstructure:"metric"`
	// Rate compares what a counter grows by per second.
	Rate bool `mapstructure:"rate"`
	// Where picks series: attributes of the point, or else of the resource, and the value or list of values they must have. "" is a
	// missing attribute.
	Where map[string]any `mapstructure:"where"`
	// Span watches spans instead of a metric.
	Span *Span `mapstructure:"span"`

	// Above or Below, one of them, in Unit. Pointers, because 0 is a threshold.
	Above *float64 `mapstructure:"above"`
	Below *float64 `mapstructure:"below"`
	// Unit of all levels; empty is the metric's own.
	Unit string `mapstructure:"unit"`
	// ResolveBelow (of above) and ResolveAbove (of below) are where the alert may end; nil is a tenth inside the threshold.
	ResolveBelow *float64 `mapstructure:"resolve_below"`
	ResolveAbove *float64 `mapstructure:"resolve_above"`

	// For is how long the value must be beyond the threshold.
	For time.Duration `mapstructure:"for"`
	// KeepFiringFor is how long it must then be inside the resolve level; of spans, how long none was slow.
	KeepFiringFor time.Duration `mapstructure:"keep_firing_for"`
	// RepeatInterval is how often an open alert is told again; 0 is never.
	RepeatInterval time.Duration `mapstructure:"repeat_interval"`
	// OnNoData is keep, resolve or alert.
	OnNoData string `mapstructure:"on_no_data"`
	// MinCount is how many samples (llm.perf.samples) a value must rest on to fire.
	MinCount int64 `mapstructure:"min_count"`
	// MaxActive is how many alerts of this threshold may be open; one more alert says that there are more.
	MaxActive int `mapstructure:"max_active"`
	// Severity is info, warning or error.
	Severity string `mapstructure:"severity"`
}

// Span is which spans are too slow.
type Span struct {
	// Scope is agent, llm or tool.
	Scope string `mapstructure:"scope"`
	// DurationAbove is what a span may take.
	DurationAbove time.Duration `mapstructure:"duration_above"`
}

// Values of on_no_data, in the order of NoData.
var noDataNames = [...]string{"keep", "resolve", "alert"}

const (
	defaultFor       = time.Minute
	defaultKeep      = 5 * time.Minute
	defaultRepeat    = 4 * time.Hour
	defaultMaxActive = 1000
	insideBy         = 0.1 // of the threshold: the default resolve level
)

// Unmarshal fills in the defaults first: elements of a list do not inherit them from the component's.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	*c = withDefaults(Config{For: defaultFor})
	if conf.IsSet("span") {
		c.For = 0
	}
	return conf.Unmarshal(c)
}

func withDefaults(c Config) Config {
	c.KeepFiringFor, c.RepeatInterval = defaultKeep, defaultRepeat
	c.OnNoData, c.MaxActive, c.Severity = noDataNames[KeepOnNoData], defaultMaxActive, genai.SeverityWarning
	return c
}

// Defaults are the classic thresholds: memory above 1,000 MB, CPU above 80 %, agents slower than 10 s, more than 5 % of model calls failed.
func Defaults() []Config {
	level := func(v float64) *float64 { return &v }
	return []Config{
		withDefaults(Config{Name: genai.AlertHighMemory, Metric: genai.ProcessMemoryUsage, Above: level(1000), Unit: "MB", For: defaultFor}),
		withDefaults(Config{Name: genai.AlertHighCPU, Metric: genai.HostCPUUtilization, Above: level(0.8), For: defaultFor}),
		withDefaults(Config{Name: genai.AlertSlowResponse, Span: &Span{Scope: "agent", DurationAbove: 10 * time.Second}}),
		withDefaults(Config{
			Name: genai.AlertHighErrorRate, Metric: genai.PerfErrorRatio, Where: map[string]any{genai.AttrScope: "llm"},
			Above: level(0.05), ResolveBelow: level(0.03), MinCount: 20, For: defaultFor,
		}),
	}
}

// timing is what the machine needs of a valid threshold.
func (c *Config) timing() Timing {
	t := Timing{For: c.For, Keep: c.KeepFiringFor, Repeat: c.RepeatInterval, Spans: c.Span != nil}
	for i, name := range noDataNames {
		if c.OnNoData == name {
			t.NoData = NoData(i) //nolint:gosec // three of them
		}
	}
	return t
}
