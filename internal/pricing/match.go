package pricing

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Clause decides whether a model (or provider) name matches. Exactly one field is set. Names are compared without regard to
// case; a regular expression sees the name in lower case. Not serves the and-not form of patterns that need a lookahead.
type Clause struct {
	Equals     string   `json:"equals,omitempty"`
	StartsWith string   `json:"starts_with,omitempty"`
	EndsWith   string   `json:"ends_with,omitempty"`
	Contains   string   `json:"contains,omitempty"`
	Regex      string   `json:"regex,omitempty"`
	Not        *Clause  `json:"not,omitempty"`
	And        []Clause `json:"and,omitempty"`
	Or         []Clause `json:"or,omitempty"`
}

// Check reports every fault of the clause: no or several fields, an empty list, a pattern that does not compile.
func (c *Clause) Check() error {
	set := 0
	for _, s := range [...]string{c.Equals, c.StartsWith, c.EndsWith, c.Contains, c.Regex} {
		if s != "" {
			set++
		}
	}
	for _, l := range [...][]Clause{c.And, c.Or} {
		if len(l) > 0 {
			set++
		}
	}
	var errs []error
	if c.Not != nil {
		set++
		errs = append(errs, c.Not.Check())
	}
	if set != 1 {
		errs = append(errs, fmt.Errorf("a match needs exactly one of equals, starts_with, ends_with, contains, regex, and, or, not; got %d", set))
	}
	if c.Regex != "" {
		if _, err := regexp.Compile(c.Regex); err != nil {
			errs = append(errs, fmt.Errorf("regex: %w", err))
		}
	}
	for i := range c.And {
		errs = append(errs, c.And[i].Check())
	}
	for i := range c.Or {
		errs = append(errs, c.Or[i].Check())
	}
	return errors.Join(errs...)
}

// matcher is a clause made ready: lower case, patterns compiled when first asked.
type matcher struct {
	test func(name string) bool
}

func (m matcher) matches(name string) bool { return m.test != nil && m.test(name) }

// compile makes a clause ready to match names that are already in lower case. The clause must pass Check.
func (c *Clause) compile() matcher {
	switch {
	case c.Equals != "":
		want := strings.ToLower(c.Equals)
		return matcher{func(name string) bool { return name == want }}
	case c.StartsWith != "":
		want := strings.ToLower(c.StartsWith)
		return matcher{func(name string) bool { return strings.HasPrefix(name, want) }}
	case c.EndsWith != "":
		want := strings.ToLower(c.EndsWith)
		return matcher{func(name string) bool { return strings.HasSuffix(name, want) }}
	case c.Contains != "":
		want := strings.ToLower(c.Contains)
		return matcher{func(name string) bool { return strings.Contains(name, want) }}
	case c.Regex != "":
		re, part := lazyRegexp(c.Regex), literalOf(c.Regex)
		return matcher{func(name string) bool { return part.in(name) && re().MatchString(name) }}
	case c.Not != nil:
		not := c.Not.compile()
		return matcher{func(name string) bool { return !not.matches(name) }}
	case len(c.And) > 0:
		all := compileAll(c.And)
		return matcher{func(name string) bool {
			for _, m := range all {
				if !m.matches(name) {
					return false
				}
			}
			return true
		}}
	case len(c.Or) > 0:
		anyOf := compileAll(c.Or)
		return matcher{func(name string) bool {
			for _, m := range anyOf {
				if m.matches(name) {
					return true
				}
			}
			return false
		}}
	}
	return matcher{}
}

func compileAll(list []Clause) []matcher {
	out := make([]matcher, len(list))
	for i := range list {
		out[i] = list[i].compile()
	}
	return out
}
