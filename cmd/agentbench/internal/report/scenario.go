package report

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/resources"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/spans"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stats"
)

// Measured is what Of makes a scenario's report of.
type Measured struct {
	Conf      *scenario.Scenario
	Raw       any // of the configuration, as it was written
	Result    *measure.Result
	Took      time.Duration
	OwnCPU    float64 // share of the cores that the generator may use; NaN: not known
	Resources map[string]resources.Usage
	Bill      *spans.Bill // nil: no gateway was listened to
	Capacity  *Capacity
	KeepRaw   bool
}

// The generator is saturated above these: then the figures are its own, not the agent's.
const (
	maxLag = 10 * time.Millisecond
	maxCPU = 0.8
)

// Saturated is what an invalid scenario says.
const Saturated = "generator_saturated"

// Overloaded says why a generator's figures must not be believed, empty when they may.
func Overloaded(lag99, cpu float64) string {
	switch {
	case lag99 > maxLag.Seconds():
		return fmt.Sprintf("%s: it was %.1f ms late (p99), allowed are %v", Saturated, 1000*lag99, maxLag)
	case cpu > maxCPU:
		return fmt.Sprintf("%s: it used %.0f %% of its CPU, allowed are %.0f %%", Saturated, 100*cpu, 100*maxCPU)
	}
	return ""
}

// Of makes the report of one scenario.
func Of(m *Measured, limits []scenario.Limit, conditions []scenario.Condition) *Scenario {
	res := m.Result
	s := &Scenario{
		Config: m.Raw, Loop: "closed", Notes: []string{}, ResourceUsage: map[string]map[string]any{}, Capacity: m.Capacity,
		requests: res.Requests, good: res.Good,
	}
	if m.Conf.Open() {
		s.Loop = "open"
	}
	s.Invalid = Overloaded(res.Lag.Quantile(0.99), m.OwnCPU)
	s.Metrics = metrics(m)
	s.Notes = notes(m)
	for class, n := range res.Failures {
		if s.Failures == nil {
			s.Failures = map[string]Failure{}
		}
		s.Failures[class] = Failure{Count: n, Example: res.Details[class]}
	}
	for name, u := range m.Resources {
		s.ResourceUsage[name] = map[string]any{
			"cpu_usage_percent": u.CPUPercent, "memory_usage_mb": u.MemoryMB, "memory_peak_mb": u.MemoryPeakMB, "processes": u.Processes,
		}
	}
	if cpu := number(100 * m.OwnCPU); cpu != nil {
		s.ResourceUsage["agentbench"] = map[string]any{"cpu_usage_percent_of_its_cores": cpu}
	}
	latency := func(r *measure.Request) time.Duration { return r.Ended - r.Started }
	if m.Conf.Open() {
		latency = func(r *measure.Request) time.Duration { return r.Ended - r.Intended }
	}
	var cost func([16]byte) (float64, bool)
	if m.Bill != nil {
		cost = m.Bill.USD
	}
	s.Batches = measure.Batches(res.Kept, latency, cost)
	s.Timeline = measure.Timeline(res.Kept, m.Took, 120, latency)
	s.Distribution = distribution(m.latency())
	s.Checks = checks(m, s.Metrics, limits, conditions)
	if m.KeepRaw {
		s.RawData = raw(m)
	}
	return s
}

// latency is what percentiles are of: in an open loop the time from the intended start, in a closed one from the real one.
func (m *Measured) latency() *stats.Sample {
	if m.Conf.Open() {
		return &m.Result.Response
	}
	return &m.Result.Service
}

func distribution(s *stats.Sample) []Point {
	if s.Count() == 0 {
		return []Point{}
	}
	out := make([]Point, 0, 104)
	for i := range 100 {
		q := float64(i) / 100
		out = append(out, Point{q, s.Quantile(q)})
	}
	for _, q := range []float64{0.995, 0.999, 1} {
		out = append(out, Point{q, s.Quantile(q)})
	}
	return out
}

func raw(m *Measured) []Raw {
	out := make([]Raw, 0, len(m.Result.Kept))
	for i := range m.Result.Kept {
		r := &m.Result.Kept[i]
		one := Raw{
			Trace: hex.EncodeToString(r.Trace[:]), User: r.User, Turn: r.Turn, Intended: r.Intended.Seconds(), Started: r.Started.Seconds(),
			Ended: r.Ended.Seconds(), Chunks: r.Chunks, In: r.In, Out: r.Out, Status: r.Status, Failure: r.Failure,
		}
		if r.FirstText > 0 {
			one.TTFT = pointer(r.FirstText.Seconds())
		}
		if m.Bill != nil {
			usd, ok := m.Bill.USD(r.Trace)
			if one.Accounted = &ok; ok {
				one.CostUSD = &usd
			}
		}
		out = append(out, one)
	}
	return out
}

func notes(m *Measured) []string {
	out := []string{}
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	res := m.Result
	if m.Conf.Open() {
		say("Open loop: response_time counts from when the schedule wanted the request, service_time from when it was sent.")
	} else {
		say("Closed loop: a user asks only after the answer before, so while the agent stalls nobody comes. Times are service times; " +
			"users who would have waited are hidden. Use rate (an open loop) to see them.")
	}
	if e := m.latency().Error(); e > 0 {
		say("More than %d requests: percentiles come from a histogram and may be off by %.2f %%.", stats.MaxRaw, 100*e)
	}
	if res.Interrupted > 0 {
		say("The run was interrupted: %d requests in flight were given up and are not counted.", res.Interrupted)
	}
	if n := res.Failures[load.Timeout]; n > 0 {
		say("%d requests timed out after %v; they are in the percentiles with the time that they took until then.", n, time.Duration(m.Conf.RequestTimeout))
	}
	if res.Gap.Count() > 0 && res.WithUsage == 0 {
		say("itl is of chunks, not of tokens: the answers do not say how many tokens they are.")
	}
	if b := m.Bill; b != nil {
		if b.Unaccounted > 0 {
			say("%d good requests are unaccounted: no span of theirs came. cost_usd and what follows from it are unknown.", b.Unaccounted)
		}
		if b.Unpriced > 0 {
			say("%d model calls have no price: cost_usd is without them, too low.", b.Unpriced)
		}
		if b.Estimated > 0 {
			say("%d model calls have an estimated cost.", b.Estimated)
		}
		if b.WithoutCalls > 0 {
			say("%d good requests made no model call that their spans show.", b.WithoutCalls)
		}
	}
	return out
}

// Names of checks that the scenario's metrics answer.
func checks(m *Measured, values map[string]any, limits []scenario.Limit, conditions []scenario.Condition) []Check {
	out := []Check{}
	for _, l := range limits {
		v := value(m, values, l.Metric)
		c := Check{Text: fmt.Sprintf("slo: %s <= %v", l.Name, l.Most), Value: number(v), Status: Passed}
		if math.IsNaN(v) {
			c.Status = Unknown
		} else if v > l.Most {
			c.Status = Broken
		}
		out = append(out, c)
	}
	of := slices.DeleteFunc(slices.Clone(conditions), func(c scenario.Condition) bool { return c.Scenario != m.Conf.Name })
	for _, cond := range of {
		v := value(m, values, cond.Metric)
		c := Check{Text: "fail_on: " + cond.Text, Value: number(v), Status: Passed}
		if math.IsNaN(v) {
			c.Status = Unknown
		} else if cond.Holds(v) {
			c.Status = Broken
		}
		out = append(out, c)
	}
	return out
}
