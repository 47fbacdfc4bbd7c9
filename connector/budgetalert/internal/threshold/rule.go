package threshold

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"time"
)

// rule is a threshold ready for use.
type rule struct {
	Config
	timing  Timing
	where   []condition
	parts   parts
	scope   Scope
	resolve float64 // the resolve level
	define  string  // what makes it another rule: see definition

	unit   string // of the metric, when factor was found
	factor float64
	suits  bool // the unit converts
	said   map[string]bool

	active int // alerts that are open
}

// crowdTiming is that of the alert about too many alerts: it ends when none was held back for a while.
var crowdTiming = Timing{Keep: defaultKeep, Repeat: defaultRepeat, Spans: true}

func newRule(c Config) *rule {
	r := &rule{Config: c, timing: c.timing(), where: conditions(c.Where), said: map[string]bool{}}
	r.define = r.definition()
	if c.Span != nil {
		r.scope, _ = scopeOf(c.Span.Scope)
		return r
	}
	r.parts = partsFor(c.Metric, r.where)
	switch {
	case c.ResolveBelow != nil:
		r.resolve = *c.ResolveBelow
	case c.ResolveAbove != nil:
		r.resolve = *c.ResolveAbove
	case c.Above != nil:
		r.resolve = *c.Above - insideBy*math.Abs(*c.Above)
	default:
		r.resolve = *c.Below + insideBy*math.Abs(*c.Below)
	}
	return r
}

// definition is a hash of what a rule watches. An alert of another definition under the same name has nothing to do with this one's.
func (r *rule) definition() string {
	span, rate := "", r.Rate
	if r.Span != nil {
		span = r.Span.Scope
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %t %q %q %t %q", r.Metric, rate, span, r.where, r.Below != nil, r.Unit))
	return hex.EncodeToString(sum[:8])
}

// limit is the threshold in the rule's unit.
func (r *rule) limit() float64 {
	switch {
	case r.Span != nil:
		return r.Span.DurationAbove.Seconds()
	case r.Above != nil:
		return *r.Above
	}
	return *r.Below
}

// shownUnit is the unit of limit.
func (r *rule) shownUnit() string {
	switch {
	case r.Span != nil:
		return "s"
	case r.Unit != "":
		return r.Unit
	}
	return r.unit
}

// reading says what a value, in the rule's unit, is.
func (r *rule) reading(v float64, samples int64) Reading {
	over, inside := v > r.limit(), v <= r.resolve
	if r.Below != nil {
		over, inside = v < r.limit(), v >= r.resolve
	}
	switch {
	case over && samples < r.MinCount:
		return Thin
	case over:
		return Over
	case inside:
		return Clear
	}
	return Between
}

// accepts looks a metric's unit up; false if values in it cannot be compared.
func (r *rule) accepts(unit string) bool {
	if r.Rate {
		unit += perSecond
	}
	if r.factor == 0 && !r.suits || unit != r.unit {
		r.unit, r.factor, r.suits = unit, 1, true
		if r.Unit != "" {
			r.factor, r.suits = conversion(unit, r.Unit)
		}
	}
	return r.suits
}

const (
	spanClock   = 10 * time.Minute    // spans that ended longer ago, or later than that from now, raise nothing
	longestSpan = 30 * 24 * time.Hour // what claims to have taken longer is no duration
)
