package llmcost

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

// The attribute families that can be written beside llm.cost.total, llm.cost.status and what explains them.
const (
	familyOpenInference = "openinference" // llm.cost.prompt, llm.cost.completion and their details
	familyOpenLIT       = "openlit"       // gen_ai.usage.cost
)

// What is done with a cost that the client put on the span.
const (
	reportedPrefer = "prefer" // the bill of a provider or proxy beats the table; a client library's guess only fills a gap
	reportedIgnore = "ignore" // the table only
	reportedOnly   = "only"   // no table: what was reported, or nothing
)

// What is done with a model that no price row matches.
const (
	unknownMark     = "mark"
	unknownEstimate = "estimate"
)

// Config of the llmcost processor. The README shows it whole.
type Config struct {
	// Attributes names the attribute families to write: openinference, openlit. Default both.
	Attributes []string `mapstructure:"attributes"`
	// Normalize fills in missing semantic-convention attributes on GenAI spans. Default true.
	Normalize bool `mapstructure:"normalize"`
	// ReportedCost is prefer (default), ignore or only.
	ReportedCost string `mapstructure:"reported_cost"`
	// PriceFactor multiplies the table price by provider: your contract.
	PriceFactor map[string]float64 `mapstructure:"price_factor"`
	// LocalServers is estimate (default), price, free or unpriced: what a model costs that answers from this machine or a private network.
	LocalServers string `mapstructure:"local_servers"`
	// TrustUpstream passes spans that carry llm.cost.status unchanged: this is a second tier. Default false.
	TrustUpstream bool `mapstructure:"trust_upstream"`
	// UsageOnAgent lists instrumentation scopes whose only usage is on the agent span, which then counts.
	UsageOnAgent []string `mapstructure:"usage_on_agent"`
	// Prices are your own rows; they come before the built-in table.
	Prices PricesConfig `mapstructure:"prices"`
	// UnknownModel says what to do where no row matches.
	UnknownModel UnknownModelConfig `mapstructure:"unknown_model"`
	// IgnoreScopes lists instrumentation scopes that repeat what another instrumentation reports.
	IgnoreScopes []string `mapstructure:"ignore_scopes"`
	// CLIAgents says for each command-line agent which of its signals counts. What it tells in the others is a duplicate.
	CLIAgents map[string]string `mapstructure:"cli_agents"`
	// Dedupe bounds the memory of calls already counted.
	Dedupe DedupeConfig `mapstructure:"dedupe"`
}

// PricesConfig has price rows in the genai-prices schema: in a file that is read again when it changes, and inline.
// Inline rows come first.
type PricesConfig struct {
	File   string `mapstructure:"file"`
	Models []any  `mapstructure:"models"`
}

// UnknownModelConfig says what to do with a model without a price row.
type UnknownModelConfig struct {
	Action string         `mapstructure:"action"` // mark (default): status unpriced; estimate: use prices, status estimated
	Prices map[string]any `mapstructure:"prices"`
}

// DedupeConfig bounds what is remembered of calls already counted.
type DedupeConfig struct {
	MaxEntries int           `mapstructure:"max_entries"` // spans, and as many response ids; default 200000, up to 31 MB when full
	TTL        time.Duration `mapstructure:"ttl"`         // default 15m
	// Hold keeps requests back so that those which come meanwhile are decided with them. Default 0: no request waits.
	Hold time.Duration `mapstructure:"hold"`
}

func createDefaultConfig() component.Config {
	return &Config{
		Attributes:   []string{familyOpenInference, familyOpenLIT},
		Normalize:    true,
		ReportedCost: reportedPrefer,
		LocalServers: localEstimate,
		UnknownModel: UnknownModelConfig{Action: unknownMark},
		CLIAgents:    defaultCLIAgents(),
		Dedupe:       DedupeConfig{MaxEntries: 200_000, TTL: genai.DedupeWindow},
	}
}

const (
	maxDedupeEntries = 100_000_000 // up to 32 GB
	minTTL           = time.Second
	maxTTL           = 7 * 24 * time.Hour
	minHold          = time.Millisecond // less is a number without its unit
	maxHold          = 5 * time.Second  // a sender that waits longer gives up
)

// Validate reports every mistake at once.
func (c *Config) Validate() error {
	errs := []error{
		oneOf("reported_cost", c.ReportedCost, reportedPrefer, reportedIgnore, reportedOnly),
		oneOf("local_servers", c.LocalServers, localEstimate, localPrice, localFree, localUnpriced),
		oneOf("unknown_model::action", c.UnknownModel.Action, unknownMark, unknownEstimate),
	}
	for i, family := range c.Attributes {
		errs = append(errs, oneOf(fmt.Sprintf("attributes[%d]", i), family, familyOpenInference, familyOpenLIT))
	}
	if n := c.Dedupe.MaxEntries; n < 1 || n > maxDedupeEntries {
		errs = append(errs, fmt.Errorf("dedupe::max_entries: must be from 1 to %d, got %d", maxDedupeEntries, n))
	}
	if err := limits.Duration(c.Dedupe.TTL, minTTL, maxTTL, ""); err != nil {
		errs = append(errs, fmt.Errorf("dedupe::ttl: %w", err))
	}
	if err := limits.Duration(c.Dedupe.Hold, minHold, maxHold, "no request waits"); err != nil {
		errs = append(errs, fmt.Errorf("dedupe::hold: %w", err))
	}
	errs = append(errs, noBlank("usage_on_agent", c.UsageOnAgent), noBlank("ignore_scopes", c.IgnoreScopes))
	errs = append(errs, c.checkCLIAgents()...)
	rows, err := c.Prices.rows()
	errs = append(errs, err)
	_, err = c.factors(rows)
	errs = append(errs, err)
	_, err = c.UnknownModel.model()
	return errors.Join(append(errs, err)...)
}

func oneOf(key, got string, allowed ...string) error {
	if slices.Contains(allowed, got) {
		return nil
	}
	return fmt.Errorf("%s: must be one of %s, got %q", key, strings.Join(allowed, ", "), got)
}

func noBlank(key string, list []string) error {
	for i, s := range list {
		if strings.TrimSpace(s) == "" {
			return fmt.Errorf("%s[%d]: must name an instrumentation scope, got an empty string", key, i)
		}
	}
	return nil
}
