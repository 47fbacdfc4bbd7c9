package threshold

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

const (
	maxName       = 64
	maxRules      = 200
	maxActiveMost = 10_000
	maxWhere      = 16
	longestFor    = 24 * time.Hour
	longestRepeat = 30 * 24 * time.Hour
)

// problems gathers all errors of a configuration.
type problems []error

func (p *problems) add(key, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %w", key, fmt.Errorf(format, args...)))
}

// ValidateAll says what is wrong between thresholds. What is wrong with one, Validate says; the Collector calls that itself.
func ValidateAll(key string, list []Config) error {
	var p problems
	if len(list) > maxRules {
		p.add(key, "must be at most %d, got %d", maxRules, len(list))
	}
	first := map[string]int{}
	for i, c := range list {
		if j, ok := first[c.Name]; ok {
			p.add(fmt.Sprintf("%s[%d].name", key, i), "must be unique, got %q as in %s[%d]", c.Name, key, j)
			continue
		}
		first[c.Name] = i
	}
	return errors.Join(p...)
}

// Validate says everything that is wrong with one threshold. The Collector calls it, and puts the path before it.
func (c *Config) Validate() error {
	var p problems
	if !nameOK(c.Name) {
		p.add("name", "must be 1 to %d letters, digits, '.', '_', '-' or spaces, got %q", maxName, c.Name)
	}
	switch {
	case c.Metric == "" && c.Span == nil:
		p.add("metric", "one of metric and span must be given, got neither")
	case c.Metric != "" && c.Span != nil:
		p.add("metric", "one of metric and span must be given, got both")
	case c.Span != nil:
		c.validateSpan(&p)
	default:
		c.validateLevels(&p)
		c.validateUnit(&p)
	}
	c.validateWhere(&p)
	c.validateTimes(&p)
	if !slices.Contains(noDataNames[:], c.OnNoData) {
		p.add("on_no_data", "must be %s, got %q", strings.Join(noDataNames[:], ", "), c.OnNoData)
	}
	severities := []string{genai.SeverityInfo, genai.SeverityWarning, genai.SeverityError}
	if !slices.Contains(severities, c.Severity) {
		p.add("severity", "must be %s, got %q", strings.Join(severities, ", "), c.Severity)
	}
	if c.MaxActive < 1 || c.MaxActive > maxActiveMost {
		p.add("max_active", "must be from 1 to %d, got %d", maxActiveMost, c.MaxActive)
	}
	switch {
	case c.MinCount < 0:
		p.add("min_count", "must be 0 (any) or more, got %d", c.MinCount)
	case c.MinCount > 0 && !strings.HasPrefix(c.Metric, perfPrefix):
		p.add("min_count", "is for metrics that begin with %s, whose samples are known, got %d with %q", perfPrefix, c.MinCount, c.Metric)
	}
	return errors.Join(p...)
}

func nameOK(s string) bool {
	return s != "" && len(s) <= maxName && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._- ", r))
	}) < 0
}

// validateSpan also refuses what has no meaning for spans, so that nobody waits for it.
func (c *Config) validateSpan(p *problems) {
	if _, ok := scopeOf(c.Span.Scope); !ok {
		p.add("span.scope", "must be %s, got %q", strings.Join(scopeNames[:], ", "), c.Span.Scope)
	}
	if err := limits.Duration(c.Span.DurationAbove, time.Millisecond, longestSpan, ""); err != nil {
		p.add("span.duration_above", "%w", err)
	}
	for _, key := range slices.Sorted(maps.Keys(c.levels())) {
		if given := c.levels()[key]; given != nil {
			p.add(key, "is for metrics only, got %v with span (span.duration_above is its threshold)", *given)
		}
	}
	if c.Unit != "" {
		p.add("unit", "is for metrics only, got %q with span", c.Unit)
	}
	if c.Rate {
		p.add("rate", "is for metrics only, got true with span")
	}
	if c.For != 0 {
		p.add("for", "must be 0 with span (the first slow span is an alert), got %v", c.For)
	}
	if c.OnNoData != "" && c.OnNoData != noDataNames[KeepOnNoData] {
		p.add("on_no_data", "must be keep with span (no slow span for keep_firing_for is the end), got %q", c.OnNoData)
	}
}

// levels are the keys that are numbers in the unit of the threshold.
func (c *Config) levels() map[string]*float64 {
	return map[string]*float64{"above": c.Above, "below": c.Below, "resolve_below": c.ResolveBelow, "resolve_above": c.ResolveAbove}
}

func (c *Config) validateLevels(p *problems) {
	for _, key := range slices.Sorted(maps.Keys(c.levels())) {
		if given := c.levels()[key]; given != nil && (math.IsNaN(*given) || math.IsInf(*given, 0)) {
			p.add(key, "must be a number, got %v", *given)
		}
	}
	switch {
	case c.Above == nil && c.Below == nil:
		p.add("above", "one of above and below must be given, got neither")
	case c.Above != nil && c.Below != nil:
		p.add("above", "one of above and below must be given, got both (%v and %v)", *c.Above, *c.Below)
	case c.Above != nil:
		c.validateResolveBelow(p)
	case c.ResolveBelow != nil:
		p.add("resolve_below", "belongs to above, got %v with below (resolve_above is what below has)", *c.ResolveBelow)
	case c.ResolveAbove != nil && *c.ResolveAbove < *c.Below:
		p.add("resolve_above", "must be at least below (%v), got %v", *c.Below, *c.ResolveAbove)
	}
}

func (c *Config) validateResolveBelow(p *problems) {
	switch {
	case c.ResolveAbove != nil:
		p.add("resolve_above", "belongs to below, got %v with above (resolve_below is what above has)", *c.ResolveAbove)
	case c.ResolveBelow != nil && *c.ResolveBelow > *c.Above:
		p.add("resolve_below", "must be at most above (%v), got %v", *c.Above, *c.ResolveBelow)
	}
}

// validateUnit knows the units of this distribution's metrics; those of others are only seen with their first point.
func (c *Config) validateUnit(p *problems) {
	for _, m := range slices.Concat(genai.GatewayMetrics(), genai.HostMetrics()) {
		if m.Name != c.Metric {
			continue
		}
		switch {
		case m.Kind == genai.KindHistogram:
			p.add("metric", "must be a gauge or a sum, got %q, a histogram (perfstats makes gauges of it: llm.perf.*)", c.Metric)
		case m.Kind == genai.KindCounter && !c.Rate:
			p.add("metric", "is a counter, which only grows: needs rate: true, got %q without", c.Metric)
		case m.Kind != genai.KindCounter && c.Rate:
			p.add("rate", "is for counters, got true with %q", c.Metric)
		}
		unit := m.Unit
		if c.Rate {
			unit += perSecond
		}
		factor, ok := conversion(unit, cmp.Or(c.Unit, unit))
		if !ok {
			p.add("unit", "must be one that %q converts to, got %q", unit, c.Unit)
		} else if isShare(c.Metric) {
			c.validateShare(p, factor)
		}
		return
	}
}

// isShare says that no value of a metric is above 1.
func isShare(metric string) bool {
	switch metric {
	case genai.PerfErrorRatio, genai.PerfTimeoutRatio, genai.PerfToolSuccessRatio, genai.PerfCacheHitRatio, genai.PerfUptimeRatio,
		"system.cpu.utilization", "system.memory.utilization":
		return true
	}
	return false
}

// validateShare refuses 80 where 0.8 is meant: no value reaches it, and nobody would ever hear why.
func (c *Config) validateShare(p *problems, whole float64) {
	if c.Above != nil && *c.Above > whole {
		p.add("above", "must be at most %v, all of it, got %v (0.8 is 80 %%; unit: \"%%\" takes 80)", whole, *c.Above)
	}
}

func (c *Config) validateWhere(p *problems) {
	if len(c.Where) > maxWhere {
		p.add("where", "must be at most %d attributes, got %d", maxWhere, len(c.Where))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Where)) {
		if _, err := wanted(c.Where[name]); err != nil {
			p.add("where."+name, "%w", err)
		}
		if c.Span == nil {
			continue
		}
		if scope, ok := scopeOf(c.Span.Scope); ok && name != genai.ServiceName && name != scope.attribute() {
			p.add("where."+name, "must be %s or %s with span.scope %s, got %q", genai.ServiceName, scope.attribute(), c.Span.Scope, name)
		}
	}
}

func (c *Config) validateTimes(p *problems) {
	for _, d := range []struct {
		key         string
		got         time.Duration
		least, most time.Duration
		zero        string
	}{
		{"for", c.For, time.Second, longestFor, "at once"},
		{"keep_firing_for", c.KeepFiringFor, time.Second, longestFor, "no longer"},
		{"repeat_interval", c.RepeatInterval, time.Minute, longestRepeat, "never"},
	} {
		if err := limits.Duration(d.got, d.least, d.most, d.zero); err != nil {
			p.add(d.key, "%w", err)
		}
	}
	if c.Span != nil && c.KeepFiringFor == 0 {
		p.add("keep_firing_for", "must be from 1s with span (or every slow span is an alert), got 0s")
	}
}
