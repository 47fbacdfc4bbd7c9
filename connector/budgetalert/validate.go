package budgetalert

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.uber.org/zap"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/budget"
	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/threshold"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

// problems collects what is wrong with a configuration.
type problems []error

func (p *problems) refuse(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

func (p *problems) duration(key string, d, least, most time.Duration, zero string) {
	if err := limits.Duration(d, least, most, zero); err != nil {
		*p = append(*p, fmt.Errorf("%s %w", key, err))
	}
}

const (
	maxIDs = 50_000_000
	maxBy  = 8
	week   = 7 * 24 * time.Hour
)

// Validate reports every wrong key at once.
func (c *Config) Validate() error {
	var p problems
	p.refuse(strings.TrimSpace(c.Ledger.Directory) != "", "ledger.directory must not be empty")
	p.refuse(c.OnUnavailable == onUnavailableJournal || c.OnUnavailable == onUnavailableReject,
		"on_unavailable must be journal or reject, got %q", c.OnUnavailable)
	if _, err := c.location(); err != nil {
		p = append(p, err)
	}
	p.duration("dedupe_window", c.DedupeWindow, time.Minute, week, "")
	p.duration("late_window", c.LateWindow, time.Minute, 35*24*time.Hour, "")
	p.duration("interval", c.Interval, 100*time.Millisecond, time.Hour, "")
	p.duration("zero_for", c.ZeroFor, 100*time.Millisecond, time.Hour, "off")
	p.refuse(c.MaxIDs >= 1000 && c.MaxIDs <= maxIDs, "max_ids must be from 1000 to %d, got %d", maxIDs, c.MaxIDs)
	p.refuse(c.Unpriced.AlertAfterCalls >= 0, "unpriced.alert_after_calls must be 0 (off) or more, got %d", c.Unpriced.AlertAfterCalls)
	if c.PageURL != "" {
		u, err := url.Parse(c.PageURL)
		p.refuse(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "", "page_url must be a URL with http or https, got %q", c.PageURL)
	}
	c.Valkey.Get().check(&p)
	c.checkKeys(&p)
	for i, name := range c.CostCounters {
		p.refuse(name != "", "cost_counters[%d] must be the name of a metric, got none", i)
		p.refuse(!slices.Contains(c.CostCounters[:i], name), "cost_counters[%d] repeats %q", i, name)
	}
	for i := range c.Reports {
		c.checkReport(&p, i)
	}
	c.checkBudgets(&p)
	if err := threshold.ValidateAll("thresholds", c.Thresholds); err != nil {
		p = append(p, err)
	}
	if len(p) == 0 { // else its faults would be told twice
		if _, _, err := new(budgetsFile).begin(c); err != nil {
			p = append(p, err)
		}
	}
	return errors.Join(p...)
}

// checkBudgets leaves what one budget says to budget.Config, which the Collector asks too. Where a file has more budgets the overrides are
// looked at when it is read.
func (c *Config) checkBudgets(p *problems) {
	overrides := c.Overrides
	if c.BudgetsFile != "" {
		overrides = nil
	}
	zone := c.Timezone
	if _, err := c.location(); err != nil { // that is said already
		zone = "UTC"
	}
	if err := budget.Check(c.Budgets, overrides, zone); err != nil {
		*p = append(*p, err)
	}
	for i := range c.Budgets {
		if _, err := compile(c.Budgets[i].Where, component.TelemetrySettings{Logger: zap.NewNop()}); err != nil {
			p.refuse(false, "budgets[%d].where: %w", i, err)
		}
	}
}

// location is the time zone. UTC and local names are both refused where they are not IANA's: a container's local time is nobody's.
func (c *Config) location() (*time.Location, error) {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "" || c.Timezone == "Local" {
		return nil, fmt.Errorf("timezone must be a name of the IANA time zone database such as Europe/Berlin, got %q", c.Timezone)
	}
	return loc, nil
}

func (v *Valkey) check(p *problems) {
	if v == nil {
		return
	}
	if strings.HasPrefix(v.Endpoint, "/") {
		p.refuse(!v.TLS.HasValue(), "valkey.tls must not be set where valkey.endpoint is a socket")
	} else {
		host, port, err := net.SplitHostPort(v.Endpoint)
		p.refuse(err == nil && host != "" && port != "" && !strings.ContainsAny(v.Endpoint, "/,"),
			"valkey.endpoint must be host:port of one server, or the path of its Unix socket, got %q", v.Endpoint)
	}
	p.refuse(v.KeyPrefix != "" && !strings.ContainsAny(v.KeyPrefix, "{} \t\n"), "valkey.key_prefix must be a word without braces, got %q", v.KeyPrefix)
	p.duration("valkey.journal", v.Journal, time.Minute, 24*time.Hour, "")
}

func (c *Config) checkKeys(p *problems) {
	p.refuse(len(c.Book.By) <= maxBy, "book.by must have at most %d entries, got %d", maxBy, len(c.Book.By))
	for i, k := range c.Book.By {
		k.check(p, fmt.Sprintf("book.by[%d]", i))
		same := func(other Key) bool { return other.Name == k.Name }
		p.refuse(!slices.ContainsFunc(c.Book.By[:i], same), "book.by[%d] repeats %q", i, k.Name)
		p.refuse(!slices.Contains(bookColumns[:], k.Name), "book.by[%d] is %q, by which the book is kept anyway", i, k.Name)
	}
}

func (k *Key) check(p *problems, key string) {
	p.refuse(k.Name != "", "%s.name must not be empty", key)
	switch k.From {
	case "", fromSpan, fromResource, fromMetadata, fromAuth:
	default:
		p.refuse(false, "%s.from must be span, resource, metadata or auth, got %q", key, k.From)
	}
}

// bookColumns are what the book is always kept by.
var bookColumns = [...]string{"service", "provider", "model", "agent"}

func (c *Config) checkReport(p *problems, i int) {
	r, key := &c.Reports[i], fmt.Sprintf("reports[%d]", i)
	p.refuse(r.Name != "", "%s.name must not be empty", key)
	same := func(other Report) bool { return other.Name == r.Name }
	p.refuse(!slices.ContainsFunc(c.Reports[:i], same), "%s.name repeats %q", key, r.Name)
	p.refuse(r.Every == everyDay || r.Every == everyWeek || r.Every == everyMonth, "%s.every must be day, week or month, got %q", key, r.Every)
	_, err := time.Parse("15:04", r.At)
	p.refuse(err == nil, "%s.at must be a time such as \"09:00\", got %q", key, r.At)
	for j, by := range r.By {
		named := slices.ContainsFunc(c.Book.By, func(k Key) bool { return k.Name == by })
		p.refuse(named || slices.Contains(bookColumns[:], by), "%s.by[%d] must be service, provider, model, agent or a key of book.by, got %q", key, j, by)
		p.refuse(!slices.Contains(r.By[:j], by), "%s.by[%d] repeats %q", key, j, by)
	}
}
