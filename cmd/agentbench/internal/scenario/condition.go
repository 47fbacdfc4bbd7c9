package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Timings are the metrics with a distribution; each has the statistics avg, min, max and percentiles such as p95 or p99.9.
// latency is response_time in an open loop and service_time in a closed one.
var Timings = []string{"latency", "response_time", "service_time", "ttft", "itl"}

// Values are the metrics that are one number.
var Values = []string{
	"error_ratio", "error_rate", "timeout_rate", "retry_rate", "requests_per_second", "goodput_per_second", "tokens_per_second",
	"cost_usd", "cost_per_good_request_usd", "unaccounted", "tool_success_rate", "cache_hit_rate", "schedule_lag_p99",
	"cpu_usage_percent", "memory_usage_mb", "memory_peak_mb", "max_concurrent_capacity",
}

// Metric is a number of a report: a timing with a statistic, or a value, whose Stat is empty.
type Metric struct{ Name, Stat string }

func (m Metric) String() string {
	if m.Stat == "" {
		return m.Name
	}
	return m.Name + "." + m.Stat
}

// Quantile is the q of a percentile, false for another statistic.
func (m Metric) Quantile() (float64, bool) {
	number, ok := strings.CutPrefix(m.Stat, "p")
	v, err := strconv.ParseFloat(number, 64)
	return v / 100, ok && err == nil && v > 0 && v <= 100
}

func (m Metric) known() bool {
	if m.Stat == "" {
		return slices.Contains(Values, m.Name)
	}
	_, percentile := m.Quantile()
	return slices.Contains(Timings, m.Name) && (percentile || slices.Contains([]string{"avg", "min", "max"}, m.Stat))
}

// Limit is one of the SLO: a metric that must not be above a number, seconds for timings.
type Limit struct {
	Name   string
	Metric Metric
	Most   float64
}

// Condition is one of fail_on: where it holds, the run has failed.
type Condition struct {
	Text     string
	Scenario string
	Metric   Metric
	Op       string
	Value    float64
}

// Holds says whether a measured value meets the condition.
func (c *Condition) Holds(v float64) bool {
	switch c.Op {
	case ">":
		return v > c.Value
	case ">=":
		return v >= c.Value
	case "<":
		return v < c.Value
	case "<=":
		return v <= c.Value
	}
	return v == c.Value
}

var conditionForm = regexp.MustCompile(`^\s*([^.\s]+)\.(\S+)\s*(>=|<=|==|>|<)\s*(\S+)\s*$`)

func checkConditions(file *File, f *faults) {
	for name, most := range file.SLO {
		metric := Metric{Name: name}
		if i := strings.LastIndex(name, "_"); i > 0 && !metric.known() {
			metric = Metric{Name: name[:i], Stat: name[i+1:]}
		}
		if !metric.known() {
			f.add([]any{"slo", name}, "is unknown: %s", choices("_"))
		}
		file.Limits = append(file.Limits, Limit{Name: name, Metric: metric, Most: float64(most)})
	}
	slices.SortFunc(file.Limits, func(a, b Limit) int { return strings.Compare(a.Name, b.Name) })
	for i, text := range file.FailOn {
		c, err := parseCondition(text)
		if err == nil && !slices.ContainsFunc(file.Scenarios, func(s Scenario) bool { return s.Name == c.Scenario }) {
			err = fmt.Errorf("there is no scenario %q", c.Scenario)
		}
		if err != nil {
			f.add([]any{"fail_on", i}, "%v", err)
			continue
		}
		file.Conditions = append(file.Conditions, c)
	}
}

func parseCondition(text string) (Condition, error) {
	m := conditionForm.FindStringSubmatch(text)
	if m == nil {
		return Condition{}, fmt.Errorf(`must be such as "support.latency.p95 > 10s", got %q`, text)
	}
	c := Condition{Text: text, Scenario: m[1], Op: m[3]}
	c.Metric.Name, c.Metric.Stat, _ = strings.Cut(m[2], ".")
	if !c.Metric.known() {
		return c, fmt.Errorf("%s is unknown: %s", m[2], choices("."))
	}
	v, ok := parseAmount(m[4])
	if !ok {
		return c, fmt.Errorf("%q is neither a number nor a duration", m[4])
	}
	c.Value = v
	return c, nil
}

func choices(sep string) string {
	return fmt.Sprintf("a timing (%s) with %savg, %smin, %smax or a percentile such as %sp95, or %s",
		strings.Join(Timings, ", "), sep, sep, sep, sep, strings.Join(Values, ", "))
}
