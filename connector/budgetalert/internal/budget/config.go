package budget

import (
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// Config is one budget as the configuration gives it.
type Config struct {
	// Name of the budget, unique. What was spent belongs to the name and to what defines the budget: its period, unit, zone, groups,
	// `where` and token types.
	Name string `mapstructure:"name"`
	// Period is hour, day, week, month, quarter, year, run, lifetime, {rolling: 24h} or {block: 5h}.
	Period any `mapstructure:"period"`
	// Timezone of the period; the connector's own where it is empty.
	Timezone string `mapstructure:"timezone"`

	// Exactly one limit is given. Pointers, so that 0 is refused and absence is seen.
	LimitUSD    *float64 `mapstructure:"limit_usd"`
	LimitTokens *float64 `mapstructure:"limit_tokens"`
	LimitCalls  *float64 `mapstructure:"limit_calls"`
	// Limits of single groups, in the same unit. The values of several group keys are joined by a comma.
	Limits map[string]float64 `mapstructure:"limits"`

	// Thresholds are parts of the limit, ascending; nil is 0.8 and 1.0.
	Thresholds []float64   `mapstructure:"thresholds"`
	Forecast   *Forecast   `mapstructure:"forecast"`
	BurnRate   []BurnRate  `mapstructure:"burn_rate"`
	GroupBy    []any       `mapstructure:"group_by"`
	MaxGroups  *int        `mapstructure:"max_groups"` // nil is DefaultMaxGroups
	Where      string      `mapstructure:"where"`
	Tokens     TokenConfig `mapstructure:"tokens"`
	// Idle is how long a run is quiet before it has ended; nil is DefaultIdle.
	Idle *time.Duration `mapstructure:"idle"`
}

// Forecast alerts when the period will probably end above a part of the limit.
type Forecast struct {
	Threshold  float64 `mapstructure:"threshold"`
	MinElapsed float64 `mapstructure:"min_elapsed"` // the part of the period before which nothing is forecast
	Method     string  `mapstructure:"method"`      // linear (default) or weekday
}

// Unmarshal fills in the defaults first, so that a 0 is a 0.
func (f *Forecast) Unmarshal(conf *confmap.Conf) error {
	f.Threshold, f.MinElapsed = 1, minElapsed
	return conf.Unmarshal(f)
}

// BurnRate alerts when money is spent Factor times as fast as the limit allows, in both windows.
type BurnRate struct {
	Factor float64       `mapstructure:"factor"`
	Long   time.Duration `mapstructure:"long"`
	Short  time.Duration `mapstructure:"short"`
}

// TokenConfig narrows what a budget of tokens counts.
type TokenConfig struct {
	Types []string `mapstructure:"types"`
}

// Override is another limit for a while.
type Override struct {
	Budget string            `mapstructure:"budget"`
	Group  map[string]string `mapstructure:"group"` // empty: every group

	LimitUSD    *float64 `mapstructure:"limit_usd"`
	LimitTokens *float64 `mapstructure:"limit_tokens"`
	LimitCalls  *float64 `mapstructure:"limit_calls"`

	// Until is a date (the start of that day in the budget's zone) or an RFC 3339 time.
	Until  any    `mapstructure:"until"`
	Reason string `mapstructure:"reason"`
}

// GroupKey is one key that a budget is grouped by.
type GroupKey struct {
	Name string
	From string // one of the constants below
}

// Where the value of a group key comes from.
const (
	FromSpan     = "span"     // the span's attribute, else the resource's
	FromResource = "resource" // the resource's attribute
	FromMetadata = "metadata" // what the client sent beside the request; needs include_metadata
	FromAuth     = "auth"     // what the authenticator knows: the only key that a client cannot choose
)

// TokenTypes are the types of tokens in the order of book.Sums.
var TokenTypes = [...]string{"input_uncached", "cache_read", "cache_write", "output_visible", "reasoning"}

// Bounds and defaults.
const (
	DefaultMaxGroups = 10_000
	DefaultIdle      = time.Hour
	MaxOpenRuns      = 100_000
	maxThreshold     = 10
	maxUSD           = 9e9 // nano-USD in 64 bits
	maxCount         = 9e18
	maxGroupKeys     = 8
)

// Defaults are the classic budgets: 100 USD a day and 3,000 a month, alerts at 80 % and 100 %.
func Defaults() []Config {
	day, month := 100.0, 3000.0
	return []Config{
		{Name: "daily", Period: "day", LimitUSD: &day, Thresholds: []float64{0.8, 1}},
		{Name: "monthly", Period: "month", LimitUSD: &month, Thresholds: []float64{0.8, 1}},
	}
}
