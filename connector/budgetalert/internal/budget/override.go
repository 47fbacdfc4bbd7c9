package budget

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/midnight"
)

// Check says what is wrong between the budgets and with the overrides. zone is the connector's.
func Check(budgets []Config, overrides []Override, zone string) error {
	var p problems
	if _, err := loadZone(zone); err != nil {
		p.add("timezone", "%w", err)
	}
	first := map[string]int{}
	for i := range budgets {
		if at, twice := first[budgets[i].Name]; twice {
			p.add(fmt.Sprintf("budgets[%d]::name", i), "must be unique, got %q as in budgets[%d]", budgets[i].Name, at)
		} else {
			first[budgets[i].Name] = i
		}
	}
	for i := range overrides {
		key := fmt.Sprintf("overrides[%d]::", i)
		at, ok := first[overrides[i].Budget]
		if !ok {
			p.add(key+"budget", "must name one of budgets (%s), got %q", some(first), overrides[i].Budget)
			continue
		}
		overrides[i].check(&p, key, &budgets[at])
	}
	return p.err()
}

// some is the names of budgets, or the first ten of them.
func some(names map[string]int) string {
	all := slices.Sorted(maps.Keys(names))
	if len(all) > 10 {
		all = append(all[:10], "…")
	}
	return strings.Join(all, ", ")
}

func (o *Override) check(p *problems, key string, c *Config) {
	_, want, _ := limit(c.LimitUSD, c.LimitTokens, c.LimitCalls)
	l, unit, n := limit(o.LimitUSD, o.LimitTokens, o.LimitCalls)
	switch {
	case n != 1:
		p.add(key+"limit_usd", "exactly one of limit_usd, limit_tokens and limit_calls must be given, got %d of them", n)
	case want != 0 && unit != want:
		p.add(key+unit.key(), "must be in the unit of budget %q, %s", o.Budget, want.key())
	default:
		if err := limitOK(*l, unit); err != nil {
			p.add(key+unit.key(), "%w", err)
		}
	}
	var names []string
	for _, g := range c.Groups() {
		names = append(names, g.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Group)) {
		if !slices.Contains(names, name) {
			p.add(key+"group", "must have keys of the budget's group_by, %v, got %q", names, name)
		}
	}
	if _, err := o.until(time.UTC); err != nil {
		p.add(key+"until", "%w", err)
	}
}

// Over says that the override does not count any more. zone is the budget's, where until is a day.
func (o *Override) Over(now time.Time, zone *time.Location) bool {
	until, err := o.until(zone)
	return err == nil && !now.Before(until)
}

// until is when the override ends.
func (o *Override) until(zone *time.Location) (time.Time, error) {
	switch v := o.Until.(type) {
	case time.Time: // YAML reads a date that is not quoted as a time in UTC
		if _, offset := v.Zone(); offset == 0 && v.Equal(v.Truncate(24*time.Hour)) {
			y, m, d := v.UTC().Date()
			return midnight.Of(zone, y, m, d), nil
		}
		return v, nil
	case string:
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			y, m, d := t.Date()
			return midnight.Of(zone, y, m, d), nil
		}
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("must be a date such as 2026-12-01 or an RFC 3339 time, got %s", show(o.Until))
}
