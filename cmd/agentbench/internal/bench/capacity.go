package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/capacity"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/measure"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/report"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
)

// Capacity searches, for each scenario, the largest load within the SLO. The report's figures are those of the last step that held.
func (b *Bench) Capacity(ctx context.Context) (*report.Report, error) {
	r := b.begin()
	for i := 0; i < len(b.File.Scenarios) && ctx.Err() == nil; i++ {
		m, err := b.search(ctx, i)
		if err != nil {
			return nil, err
		}
		if m != nil {
			b.finish(r, i, m)
		}
	}
	b.end(ctx, r)
	return r, nil
}

// maxLate is how often a step is tried whose figures are the generator's.
const maxLate = 3

// search runs steps until the answer is known; nil: it was interrupted before the first one.
func (b *Bench) search(ctx context.Context, i int) (*report.Measured, error) {
	conf := b.File.Capacity
	s := capacity.Search{Min: conf.Min, Max: conf.Max, Precision: conf.Precision, Whole: conf.Search == "users"}
	found := &report.Capacity{Search: conf.Search}
	var best, last *report.Measured
	late := 0 // steps in a row in which the generator did not keep up
	for late < maxLate {
		level, more := s.Next()
		if !more {
			break
		}
		m, err := b.measure(ctx, b.atLevel(i, level), fmt.Sprintf("at %s", spell(conf.Search, level)))
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			break // a part of a step says nothing
		}
		one := b.judge(m, level)
		found.Steps = append(found.Steps, one)
		last = m
		if overloaded(m) != "" { // that says nothing of the agent: the step is made again
			late++
			found.Limit = one.Why
			continue
		}
		late = 0
		s.Tell(level, one.Holds)
		switch {
		case !one.Holds:
			found.Limit = fmt.Sprintf("%s: %s", spell(conf.Search, level), one.Why)
		case best == nil || level > found.Found:
			best, found.Found = m, level
			found.MaxConcurrent = one.MeanInFlight
		}
	}
	if late == maxLate {
		best = last // whose lag makes the scenario invalid
	}
	slices.SortFunc(found.Steps, func(a, b report.CapacityStep) int { return int(math.Copysign(1, a.Load-b.Load)) })
	if best == nil {
		best = last
	}
	if best != nil {
		best.Capacity = found
	}
	return best, nil
}

func spell(search string, level float64) string {
	if search == "users" {
		return fmt.Sprintf("%.0f users", level)
	}
	return fmt.Sprintf("%.4g/s", level)
}

// atLevel is a scenario's load at another level.
func (b *Bench) atLevel(i int, level float64) step {
	c := b.File.Capacity
	conf := b.File.Scenarios[i] // a copy
	plan := load.Plan{
		Run: b.ID + "-" + conf.Name, Scenario: &conf, Duration: time.Duration(c.Settle + c.Step), Warmup: conf.WarmupRequests, Seed: b.File.Seed,
	}
	conf.Rate, conf.ConcurrentUsers = 0, 0
	if c.Search == "users" {
		plan.Users = int(level)
		conf.ConcurrentUsers = plan.Users
		conf.Arrival = scenario.Arrival{}
	} else {
		plan.Rate = level
		conf.Rate = scenario.Rate(level)
		if conf.Arrival.Process == "" {
			conf.Arrival.Process = scenario.Poisson
		}
	}
	return step{conf: &conf, plan: plan, settle: time.Duration(c.Settle), window: time.Duration(c.Step), bare: true}
}

// judge says whether a load held: within the SLO, and without a queue that grows, which would break any SLO in time.
func (b *Bench) judge(m *report.Measured, level float64) report.CapacityStep {
	res := m.Result
	one := report.CapacityStep{
		Load: level, Throughput: float64(res.Requests) / m.Took.Seconds(), MeanInFlight: res.Busy.Seconds() / m.Took.Seconds(),
		P50: value(m, "latency", "p50"), P95: value(m, "latency", "p95"), TTFTP95: value(m, "ttft", "p95"),
		ScheduleLag99: value(m, "schedule_lag_p99", ""),
	}
	if res.Requests > 0 {
		one.ErrorRate = 1 - float64(res.Good)/float64(res.Requests)
	}
	one.Why = b.breach(m)
	one.Holds = one.Why == ""
	return one
}

func value(m *report.Measured, name, stat string) *float64 {
	v := report.Value(m, scenario.Metric{Name: name, Stat: stat})
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// breach is why a load did not hold, empty when it did.
func (b *Bench) breach(m *report.Measured) string {
	res := m.Result
	if res.Requests == 0 {
		return "no request ended"
	}
	if why := overloaded(m); why != "" {
		return why
	}
	for _, l := range b.File.Limits {
		if needsSpans(l.Metric.Name) {
			continue
		}
		v := report.Value(m, l.Metric)
		if math.IsNaN(v) {
			return l.Name + " could not be measured"
		}
		if v > l.Most {
			return fmt.Sprintf("%s is %.4g, allowed are %.4g", l.Name, v, l.Most)
		}
	}
	if m.Conf.Open() {
		return growing(res.Kept)
	}
	return ""
}

// overloaded is why the generator's figures must not be believed, empty when they may.
func overloaded(m *report.Measured) string {
	return report.Overloaded(m.Result.Lag.Quantile(0.99), m.OwnCPU)
}

// needsSpans says which limits steps are not held to: they do not wait for spans, nor look at processes.
func needsSpans(name string) bool {
	return slices.Contains([]string{
		"cost_usd", "cost_per_good_request_usd", "unaccounted", "tool_success_rate", "cache_hit_rate", "retry_rate", "cpu_usage_percent", "memory_usage_mb",
		"memory_peak_mb", "max_concurrent_capacity",
	}, name)
}

// growing says that a queue grows: of the requests of the second half many more were in flight, on average, than of the first.
func growing(requests []measure.Request) string {
	if len(requests) < 20 {
		return ""
	}
	first, last := requests[0].Intended, time.Duration(0)
	for i := range requests {
		first, last = min(first, requests[i].Intended), max(last, requests[i].Intended)
	}
	middle := first + (last-first)/2
	var early, late float64
	for i := range requests {
		r := &requests[i]
		early += overlap(r, first, middle)
		late += overlap(r, middle, last)
	}
	half := (last - first).Seconds() / 2
	early, late = early/half, late/half
	if grown := late - early; grown > max(5, 0.025*float64(len(requests))) {
		return fmt.Sprintf("the queue grows: %.1f requests in flight, then %.1f", early, late)
	}
	return ""
}

// overlap is how long, in seconds, a request was there between two times.
func overlap(r *measure.Request, from, to time.Duration) float64 {
	return max(0, min(r.Ended, to)-max(r.Intended, from)).Seconds()
}
