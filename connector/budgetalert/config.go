package budgetalert

import (
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
)

// Config of the connector. README.md shows every key with its default.
type Config struct {
	// Ledger is where money is recorded on this machine.
	Ledger Ledger `mapstructure:"ledger"`
	// Valkey shares the ledger with other gateways; the directory of Ledger is then this gateway's journal.
	Valkey configoptional.Optional[Valkey] `mapstructure:"valkey"`
	// OnUnavailable is journal (count in memory or in the journal until the store is back) or reject (refuse requests so that they come again).
	OnUnavailable string `mapstructure:"on_unavailable"`
	// Timezone is where days, weeks and months begin, an IANA name; a budget may have its own.
	Timezone string `mapstructure:"timezone"`
	// DedupeWindow is how long the id of a counted call is known.
	DedupeWindow time.Duration `mapstructure:"dedupe_window"`
	// LateWindow is how long after its end a call still counts in the period in which it ended.
	LateWindow time.Duration `mapstructure:"late_window"`
	// MaxIDs is how many ids are known at most.
	MaxIDs int `mapstructure:"max_ids"`
	// PageURL is what alerts link to.
	PageURL string `mapstructure:"page_url"`
	// Book says by what else than service, provider, model and agent money is booked.
	Book Book `mapstructure:"book"`
	// CostCounters are metrics whose increase is money spent, such as claude_code.cost.usage.
	CostCounters []string `mapstructure:"cost_counters"`
	// Budgets to watch.
	Budgets []budget.Config `mapstructure:"budgets"`
	// BudgetsFile has further budgets, and is read again when it changes.
	BudgetsFile string `mapstructure:"budgets_file"`
	// Overrides are other limits for a while.
	Overrides []budget.Override `mapstructure:"overrides"`
	// Thresholds on metrics and on the duration of spans.
	Thresholds []threshold.Config `mapstructure:"thresholds"`
	// Unpriced alerts where calls without a price make the budgets blind.
	Unpriced Unpriced `mapstructure:"unpriced"`
	// Reports are log records of the book at fixed times.
	Reports []Report `mapstructure:"reports"`
	// Interval between two exports of the metrics.
	Interval time.Duration `mapstructure:"interval"`
	// ZeroFor is how long a new counter is exported as 0 before its value is; 0 exports values at once.
	ZeroFor time.Duration `mapstructure:"zero_for"`
}

// Ledger is where money is recorded on this machine.
type Ledger struct {
	Directory string `mapstructure:"directory"`
}

// Valkey is a Valkey or Redis server that several gateways share.
type Valkey struct {
	Endpoint      string                                          `mapstructure:"endpoint"`
	KeyPrefix     string                                          `mapstructure:"key_prefix"`
	Journal       time.Duration                                   `mapstructure:"journal"`
	AllowVolatile bool                                            `mapstructure:"allow_volatile"`
	Username      string                                          `mapstructure:"username"`
	Password      configopaque.String                             `mapstructure:"password"`
	TLS           configoptional.Optional[configtls.ClientConfig] `mapstructure:"tls"`
}

// Book says by what else than service, provider, model and agent money is booked.
type Book struct {
	By []Key `mapstructure:"by"`
}

// Unpriced alerts where calls without a price make the budgets blind.
type Unpriced struct {
	// AlertAfterCalls is how many such calls of one model on one day raise the alert; 0 raises none.
	AlertAfterCalls int `mapstructure:"alert_after_calls"`
}

// Report is a log record per row of the book, at a fixed time.
type Report struct {
	Name  string `mapstructure:"name"`
	Every string `mapstructure:"every"` // day, week (on Monday) or month (on the 1st): it tells of the one before
	At    string `mapstructure:"at"`    // 15:04 in Timezone
	// By are columns of the book: service, provider, model, agent or a key of book.by.
	By []string `mapstructure:"by"`
}

// Key is an attribute by which calls are told apart. In YAML its name alone means that it is the span's.
type Key struct {
	Name string `mapstructure:"name"`
	From string `mapstructure:"from"`
}

// UnmarshalText is the short form.
func (k *Key) UnmarshalText(text []byte) error {
	*k = Key{Name: string(text), From: fromSpan}
	return nil
}

// Values of the enumerated keys.
const (
	onUnavailableJournal = "journal"
	onUnavailableReject  = "reject"

	everyDay   = "day"
	everyWeek  = "week"
	everyMonth = "month"
)

func createDefaultConfig() component.Config {
	return &Config{
		Ledger:        Ledger{Directory: "./data/budgets"},
		Valkey:        configoptional.Default(Valkey{KeyPrefix: "otelcol-llm", Journal: 15 * time.Minute}),
		OnUnavailable: onUnavailableJournal,
		Timezone:      "UTC",
		DedupeWindow:  ledger.DefaultDedupeWindow,
		LateWindow:    24 * time.Hour,
		MaxIDs:        5_000_000,
		Budgets:       budget.Defaults(),
		Thresholds:    threshold.Defaults(),
		Unpriced:      Unpriced{AlertAfterCalls: 1},
		Interval:      15 * time.Second,
		ZeroFor:       20 * time.Second,
	}
}

// Unmarshal drops the default budgets where a file has the budgets.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	if conf.IsSet("budgets_file") && !conf.IsSet("budgets") {
		c.Budgets = nil
	}
	return conf.Unmarshal(c)
}
