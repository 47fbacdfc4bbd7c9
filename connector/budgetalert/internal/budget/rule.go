package budget

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is one budget, ready to be used.
type rule struct {
	name     string
	period   Period
	unit     Unit
	zone     *time.Location
	calendar calendar // guarded by the engine's lock
	daily    calendar // the days of a period, for the forecast
	length   int64    // seconds, of Rolling and Block
	keys     []GroupKey
	tokens   [len(TokenTypes)]bool
	where    bool
	idle     int64
	most     int // groups

	thresholds []threshold
	forecast   *forecastRule
	burn       []burnRule

	limit     int64
	limits    map[string]int64
	overrides []override

	series    string // what the names of its series begin with
	rowSeries string // what those of its rows begin with; "": the book has them

	// Guarded by the engine's lock.
	groups map[string]*group
	all    *group // the only one without group_by
	rest   *group // those that came when there were too many
	open   int    // runs
	rows   int    // of all groups
	key    []byte
	values []string

	limitsSaid string // limitsText as the ledger has it
	differs    bool   // from what another replica has said since
	since      int64  // Unix seconds: when what it counts began to be counted; 0: always
	crowdTold  int64  // the period of which everybody knows that there are too many groups
}

// threshold is a part of the limit at which the budget alerts.
type threshold struct {
	millionths int64
	text       string // 0.8
}

type forecastRule struct {
	threshold
	minElapsed float64
	weekday    bool
}

type burnRule struct {
	factor      float64
	long, short int64 // seconds
	text        string
}

type override struct {
	values []*string // by group key; nil: any
	limit  int64
	until  int64
}

// compile makes rules of a configuration, which must be valid.
func compile(o *Options, budgets []Config, overrides []Override) ([]*rule, error) {
	rules := make([]*rule, 0, len(budgets))
	var errs []error
	for i := range budgets {
		r, err := newRule(o, &budgets[i], overrides)
		if err != nil {
			errs = append(errs, fmt.Errorf("budget %q: %w", budgets[i].Name, err))
			continue
		}
		rules = append(rules, r)
	}
	return rules, errors.Join(errs...)
}

func newRule(o *Options, c *Config, overrides []Override) (*rule, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	zone, err := loadZone(firstOf(c.Timezone, o.Timezone))
	if err != nil {
		return nil, err
	}
	period, _ := ParsePeriod(c.Period)
	l, unit, _ := limit(c.LimitUSD, c.LimitTokens, c.LimitCalls)
	r := &rule{
		name: c.Name, period: period, unit: unit, zone: zone, calendar: calendar{kind: period.Kind, zone: zone}, keys: c.Groups(),
		daily: calendar{kind: Day, zone: zone}, length: int64(period.Length / time.Second),
		where: c.Where != "", limit: unit.amount(*l), limits: map[string]int64{}, idle: int64(given(c.Idle, DefaultIdle) / time.Second),
		most: given(c.MaxGroups, DefaultMaxGroups), groups: map[string]*group{},
	}
	for i, t := range TokenTypes {
		r.tokens[i] = len(c.Tokens.Types) == 0 || slices.Contains(c.Tokens.Types, t)
	}
	for group, l := range c.Limits {
		r.limits[group] = unit.amount(l)
	}
	r.alerts(c)
	if err := r.override(overrides); err != nil {
		return nil, err
	}
	name := r.name + "|" + r.definition(c) + "|"
	r.series = "budget|" + name
	if _, ok := o.columns(r); !ok {
		r.rowSeries = rowsPrefix + name
	}
	return r, nil
}

// given is what the configuration says, or the default where it says nothing.
func given[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

func firstOf[T comparable](a, b T) T {
	var none T
	if a != none {
		return a
	}
	return b
}

func (r *rule) alerts(c *Config) {
	parts := c.Thresholds
	if parts == nil {
		parts = []float64{0.8, 1}
	}
	for _, p := range parts {
		r.thresholds = append(r.thresholds, newThreshold(p))
	}
	if f := c.Forecast; f != nil {
		r.forecast = &forecastRule{newThreshold(f.Threshold), f.MinElapsed, f.Method == methodWeekday}
	}
	for _, b := range c.BurnRate {
		text := strconv.FormatFloat(b.Factor, 'g', -1, 64) + " " + shortDuration(b.Long) + " " + shortDuration(b.Short)
		r.burn = append(r.burn, burnRule{b.Factor, int64(b.Long / time.Second), int64(b.Short / time.Second), text})
	}
}

func newThreshold(part float64) threshold {
	return threshold{micro(part), strconv.FormatFloat(part, 'g', -1, 64)}
}

func (r *rule) override(overrides []Override) error {
	for i := range overrides {
		o := &overrides[i]
		if o.Budget != r.name {
			continue
		}
		until, err := o.until(r.zone)
		if err != nil {
			return err
		}
		l, unit, n := limit(o.LimitUSD, o.LimitTokens, o.LimitCalls)
		if n != 1 || unit != r.unit {
			return fmt.Errorf("an override must have one limit in %s", r.unit.key())
		}
		values := make([]*string, len(r.keys))
		for k, key := range r.keys {
			if v, ok := o.Group[key.Name]; ok {
				values[k] = &v
			}
		}
		r.overrides = append(r.overrides, override{values, r.unit.amount(*l), until.Unix()})
	}
	return nil
}

// definitionLength is in bytes.
const definitionLength = 10

// definition is short for all that makes what was spent comparable: a budget that counts something else begins anew.
func (r *rule) definition(c *Config) string {
	parts := []string{"1", r.period.String(), r.unit.String(), r.zone.String(), c.Where, fmt.Sprint(r.tokens)}
	for _, k := range r.keys {
		parts = append(parts, k.Name, k.From)
	}
	if r.period.Kind == Run {
		parts = append(parts, strconv.FormatInt(r.idle, 10))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:definitionLength/2])
}
