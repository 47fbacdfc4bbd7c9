package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Duration is written as Go writes durations: 1.5s, 2m, 300ms.
type Duration time.Duration

// UnmarshalYAML reads a duration.
func (d *Duration) UnmarshalYAML(n *yaml.Node) error {
	v, err := time.ParseDuration(n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		return at(n, "must be a duration such as 1.5s or 2m, got %q", n.Value)
	}
	if v < 0 {
		return at(n, "must not be negative, got %s", n.Value)
	}
	*d = Duration(v)
	return nil
}

// Rate is a number of requests a second, written 5/s, 300/m, 1000/h or as a number.
type Rate float64

// UnmarshalYAML reads a rate.
func (r *Rate) UnmarshalYAML(n *yaml.Node) error {
	number, unit, _ := strings.Cut(n.Value, "/")
	per, ok := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}[unit]
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !ok || !(v > 0) || math.IsInf(v, 0) {
		return at(n, "must be a rate above 0 such as 5/s or 300/m, got %q", n.Value)
	}
	*r = Rate(v / per)
	return nil
}

// Amount is a limit: a number, or a duration in seconds.
type Amount float64

// UnmarshalYAML reads a number or a duration.
func (a *Amount) UnmarshalYAML(n *yaml.Node) error {
	v, ok := parseAmount(n.Value)
	if !ok {
		return at(n, "must be a number or a duration, got %q", n.Value)
	}
	*a = Amount(v)
	return nil
}

func parseAmount(s string) (float64, bool) {
	if d, err := time.ParseDuration(s); err == nil {
		return d.Seconds(), true
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// The processes of arrivals.
const (
	Constant = "constant"
	Poisson  = "poisson"
	Gamma    = "gamma"
)

// Arrival says how the starts of an open loop lie: evenly, at random as independent users come, or by a gamma distribution, where a
// smoothness of 1 is poisson, less comes in bursts, more is more even.
type Arrival struct {
	Process    string
	Smoothness float64
}

// UnmarshalYAML reads constant, poisson or {gamma: {smoothness: 0.5}}.
func (a *Arrival) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && (n.Value == Constant || n.Value == Poisson) {
		a.Process = n.Value
		return nil
	}
	var m struct {
		Gamma *struct {
			Smoothness float64 `yaml:"smoothness"`
		} `yaml:"gamma"`
	}
	if err := n.Decode(&m); err != nil || m.Gamma == nil {
		return at(n, "must be constant, poisson or {gamma: {smoothness: 0.5}}, got %q", n.Value)
	}
	if !(m.Gamma.Smoothness >= 0.01 && m.Gamma.Smoothness <= 1000) {
		return at(n, "gamma: smoothness must be between 0.01 and 1000, got %v", m.Gamma.Smoothness)
	}
	a.Process, a.Smoothness = Gamma, m.Gamma.Smoothness
	return nil
}

// Dist is a distribution of a duration (in seconds) or a count. The zero value is always 0.
type Dist struct {
	Kind string  // "", fixed, uniform, exponential or lognormal
	A, B float64 // fixed: value; uniform: min, max; exponential: mean; lognormal: median, p95
}

// UnmarshalYAML reads 2s, {uniform: {min: 1s, max: 3s}}, {exponential: {mean: 2s}} or {lognormal: {median: 4s, p95: 12s}}.
func (d *Dist) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		v, ok := parseAmount(n.Value)
		if !ok || v < 0 {
			return at(n, "must be a duration, a count or a distribution, got %q", n.Value)
		}
		*d = Dist{Kind: "fixed", A: v}
		return nil
	}
	keys := map[string][2]string{"uniform": {"min", "max"}, "exponential": {"mean", ""}, "lognormal": {"median", "p95"}}
	var m map[string]map[string]Amount
	if err := n.Decode(&m); err != nil || len(m) != 1 {
		return at(n, "must be one of {uniform: {min, max}}, {exponential: {mean}} and {lognormal: {median, p95}}")
	}
	for kind, values := range m {
		want, known := keys[kind]
		if !known {
			return at(n, "knows no distribution %q (uniform, exponential, lognormal)", kind)
		}
		for name := range values {
			if name != want[0] && name != want[1] {
				return at(n, "%s has no %q", kind, name)
			}
		}
		*d = Dist{Kind: kind, A: float64(values[want[0]]), B: float64(values[want[1]])}
	}
	return d.check(n)
}

func (d *Dist) check(n *yaml.Node) error {
	switch {
	case d.Kind == "uniform" && !(d.A >= 0 && d.B >= d.A):
		return at(n, "uniform: max must be at least min")
	case d.Kind == "exponential" && !(d.A > 0):
		return at(n, "exponential: mean must be above 0")
	case d.Kind == "lognormal" && !(d.A > 0 && d.B >= d.A):
		return at(n, "lognormal: median must be above 0 and p95 at least as much")
	}
	return nil
}

// at is an error at a node of the file, of the type that lets the decoder go on and find the others.
func at(n *yaml.Node, format string, args ...any) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: ", n.Line) + fmt.Sprintf(format, args...)}}
}
