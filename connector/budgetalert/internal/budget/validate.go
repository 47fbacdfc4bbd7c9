package budget

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

// problems gathers all errors of a configuration.
type problems []error

func (p *problems) add(key, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", key, fmt.Errorf(format, args...)))
}

func (p *problems) err() error { return errors.Join(*p...) }

// Validate says everything that is wrong with one budget. The Collector calls it, and puts the path before it.
func (c *Config) Validate() error {
	var p problems
	if !nameOK(c.Name) {
		p.add("name", "must be 1 to 64 letters, digits, '.', '_', '-' or spaces, got %q", c.Name)
	}
	period, err := ParsePeriod(c.Period)
	if err != nil {
		p.add("period", "%w", err)
	}
	if _, err := loadZone(c.Timezone); err != nil {
		p.add("timezone", "%w", err)
	}
	c.validateLimits(&p)
	c.validateThresholds(&p)
	c.validateForecast(&p, period)
	c.validateBurnRate(&p, period)
	c.validateGroups(&p)
	c.validateTokens(&p)
	switch {
	case c.Idle == nil:
	case period.Kind != Run && period.Kind != 0:
		p.add("idle", "is for period run only, got %v with period %s", *c.Idle, period)
	default:
		if err := limits.Duration(*c.Idle, time.Minute, 7*24*time.Hour, ""); err != nil {
			p.add("idle", "%w", err)
		}
	}
	return p.err()
}

func nameOK(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._- ", r)) {
			return false
		}
	}
	return true
}

func loadZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, fmt.Errorf("must be a name of the IANA time zone database such as Europe/Berlin or UTC, got %q (another on each machine)", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("must be a name of the IANA time zone database such as Europe/Berlin or UTC, got %q", name)
	}
	return zone, nil
}

// limit is the one limit of three, with its key.
func limit(usd, tokens, calls *float64) (l *float64, unit Unit, n int) {
	for u, given := range map[Unit]*float64{USD: usd, Tokens: tokens, Calls: calls} {
		if given != nil {
			l, unit = given, u
			n++
		}
	}
	return l, unit, n
}

func (c *Config) validateLimits(p *problems) {
	l, unit, n := limit(c.LimitUSD, c.LimitTokens, c.LimitCalls)
	if n != 1 {
		p.add("limit_usd", "exactly one of limit_usd, limit_tokens and limit_calls must be given, got %d of them", n)
		return
	}
	if err := limitOK(*l, unit); err != nil {
		p.add(unit.key(), "%w", err)
	}
	for _, group := range slices.Sorted(keys(c.Limits)) {
		if err := limitOK(c.Limits[group], unit); err != nil {
			p.add("limits["+group+"]", "%w", err)
		}
		if n := len(c.GroupBy); strings.Count(group, ",") < n-1 {
			p.add("limits["+group+"]", "must be of the values of all %d keys of group_by, joined by a comma", n)
		}
	}
	if len(c.Limits) > 0 && len(c.GroupBy) == 0 {
		p.add("limits", "needs group_by, got %d limits and no group", len(c.Limits))
	}
}

func limitOK(l float64, unit Unit) error {
	switch {
	case unit == USD && !(l >= 1e-6 && l <= maxUSD): // refuses NaN, too
		return fmt.Errorf("must be from 0.000001 to 9000000000, got %v", l)
	case unit != USD && !(l >= 1 && l <= maxCount && l == math.Trunc(l)):
		return fmt.Errorf("must be a whole number from 1 to 9e18, got %v", l)
	}
	return nil
}

func (c *Config) validateThresholds(p *problems) {
	last := 0.0
	for i, t := range c.Thresholds {
		key := fmt.Sprintf("thresholds[%d]", i)
		switch {
		case !(t > 0 && t <= maxThreshold):
			p.add(key, "must be above 0 and at most 10 (1.0 is the limit), got %v", t)
		case t <= last:
			p.add(key, "must be above the one before it, %v, got %v", last, t)
		}
		last = t
	}
	if len(c.Thresholds) > 20 {
		p.add("thresholds", "must be at most 20, got %d", len(c.Thresholds))
	}
	if c.Thresholds != nil && len(c.Thresholds) == 0 && c.Forecast == nil && len(c.BurnRate) == 0 {
		p.add("thresholds", "must not be empty without forecast and burn_rate: the budget would never alert; leave it out for 0.8 and 1.0")
	}
}

func (c *Config) validateForecast(p *problems, period Period) {
	f := c.Forecast
	if f == nil {
		return
	}
	if period.Kind != 0 && !period.Kind.calendar() {
		p.add("forecast", "needs a period of the calendar, got period %s", period)
	}
	if !(f.Threshold > 0 && f.Threshold <= maxThreshold) {
		p.add("forecast::threshold", "must be above 0 and at most 10, got %v", f.Threshold)
	}
	if !(f.MinElapsed >= 0 && f.MinElapsed < 1) {
		p.add("forecast::min_elapsed", "must be a part of the period, 0 to below 1, got %v", f.MinElapsed)
	}
	switch f.Method {
	case "", methodLinear:
	case methodWeekday:
		if period.Kind == Hour || period.Kind == Day {
			p.add("forecast::method", "weekday needs a period of a week or longer, got period %s", period)
		}
	default:
		p.add("forecast::method", "must be linear or weekday, got %q", f.Method)
	}
}

func (c *Config) validateBurnRate(p *problems, period Period) {
	if len(c.BurnRate) == 0 {
		return
	}
	if period.Kind == Run || period.Kind == Lifetime || period.Kind == Block {
		p.add("burn_rate", "needs a period of the calendar or rolling, got period %s", period)
	}
	if len(c.BurnRate) > 5 {
		p.add("burn_rate", "must be at most 5, got %d", len(c.BurnRate))
	}
	for i, b := range c.BurnRate {
		key := fmt.Sprintf("burn_rate[%d]::", i)
		if !(b.Factor > 0 && b.Factor <= 1e6) {
			p.add(key+"factor", "must be above 0 and at most 1e6, got %v", b.Factor)
		}
		if b.Long < 2*time.Minute || b.Long > 7*24*time.Hour || b.Long%time.Minute != 0 {
			p.add(key+"long", "must be whole minutes from 2m to 168h, got %v", b.Long)
		}
		if b.Short < time.Minute || b.Short >= b.Long || b.Short%time.Minute != 0 {
			p.add(key+"short", "must be whole minutes from 1m to below long, got %v with long %v", b.Short, b.Long)
		}
		if slices.Contains(c.BurnRate[:i], b) {
			p.add(key+"factor", "must not be there twice, got %v", b)
		}
	}
}

func (c *Config) validateTokens(p *problems) {
	if len(c.Tokens.Types) == 0 {
		return
	}
	if c.LimitTokens == nil {
		p.add("tokens", "needs limit_tokens, got %v", c.Tokens.Types)
	}
	for i, t := range c.Tokens.Types {
		if !slices.Contains(TokenTypes[:], t) {
			p.add(fmt.Sprintf("tokens::types[%d]", i), "must be one of %s, got %q", strings.Join(TokenTypes[:], ", "), t)
		} else if slices.Contains(c.Tokens.Types[:i], t) {
			p.add(fmt.Sprintf("tokens::types[%d]", i), "must not be there twice, got %q", t)
		}
	}
}
