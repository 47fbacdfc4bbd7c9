package test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// percentileError is how far a percentile may be from the value of its rank.
const percentileError = 0.0055

// gauge is one series that perfstats must tell, and what its value must be.
type gauge struct {
	metric     string
	attrs      []string // pairs
	low, high  float64
	observedBy int64 // of a rate: how many were observed
}

type gauges struct{ all []gauge }

func (g *gauges) between(low, high float64, metric string, attrs ...string) {
	g.all = append(g.all, gauge{metric: metric, attrs: attrs, low: low, high: high})
}

// near is for what is exact but for the last bits of a double.
func (g *gauges) near(v float64, metric string, attrs ...string) {
	g.between(v-1e-9*math.Abs(v), v+1e-9*math.Abs(v), metric, attrs...)
}

// ratio is not told when there was nothing.
func (g *gauges) ratio(part, whole float64, metric string, attrs ...string) {
	if whole > 0 {
		g.near(part/whole, metric, attrs...)
	}
}

func (g *gauges) rate(n int64, metric string, attrs ...string) {
	g.all = append(g.all, gauge{metric: metric, attrs: attrs, observedBy: n})
}

func (g *gauges) stats(values []float64, metric string, attrs ...string) {
	if len(values) == 0 {
		return
	}
	slices.Sort(values)
	with := func(stat string) []string { return append(slices.Clone(attrs), genai.AttrStat, stat) }
	for stat, q := range map[string]float64{"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99} {
		v := rank(values, q)
		g.between(v*(1-percentileError), v*(1+percentileError), metric, with(stat)...)
	}
	g.near(sumOf(values)/float64(len(values)), metric, with("avg")...)
	for stat, v := range map[string]float64{"min": values[0], "max": values[len(values)-1]} {
		g.between(v*(1-percentileError), v*(1+percentileError), metric, with(stat)...)
	}
}

// gauges are all that perfstats must tell with every operation inside its window. The gateway saw each service's versions from
// the first on.
func (a *account) gauges() []gauge {
	g := &gauges{}
	for key, c := range a.cells {
		attrs := []string{genai.ServiceName, key.service}
		if key.attr != "" {
			attrs = append(attrs, key.attr, key.value)
		}
		scoped := append(slices.Clone(attrs), genai.AttrScope, key.scope)
		g.stats(c.latency, genai.PerfLatency, scoped...)
		g.near(float64(c.calls), genai.PerfSamples, scoped...)
		g.rate(c.calls, genai.PerfRequests, scoped...)
		calls, failed, timedOut := float64(c.calls), float64(c.failed), float64(c.timedOut)
		switch {
		case key.scope == "llm":
			g.ratio(failed, calls, genai.PerfErrorRatio, attrs...)
			g.ratio(timedOut, calls, genai.PerfTimeoutRatio, attrs...)
			g.modelCalls(a, key, c, attrs)
		case key.scope == "agent" && key.value != "":
			g.ratio(failed, calls, genai.PerfErrorRatio, attrs...)
			g.ratio(timedOut, calls, genai.PerfTimeoutRatio, attrs...)
		case key.scope == "tool":
			g.ratio(calls-failed, calls, genai.PerfToolSuccessRatio, attrs...)
		}
	}
	for key, m := range a.scores {
		g.near(m.sum/float64(m.n), genai.PerfQuality,
			genai.ServiceName, key.service, genai.EvaluationName, key.evaluation, genai.AgentName, key.agent)
	}
	for service, m := range a.hits {
		g.near(m.sum/float64(m.n), genai.PerfCacheHitRatio, genai.ServiceName, service, genai.AttrCache, "application")
	}
	for service, versions := range a.versions {
		g.near(float64(len(versions)-1), genai.PerfDeployments, genai.ServiceName, service)
	}
	return g.all
}

func (g *gauges) modelCalls(a *account, key cellKey, c *cell, attrs []string) {
	with := func(more ...string) []string { return append(slices.Clone(attrs), more...) }
	calls := float64(c.calls)
	g.stats(c.firstChunk, genai.PerfTTFT, attrs...)
	if n := len(c.firstChunk); n > 0 {
		g.near(float64(n), genai.PerfSamples, with(genai.AttrScope, "ttft")...)
	}
	g.ratio(float64(c.retries), calls, genai.PerfRetryRatio, attrs...)
	for kind, n := range c.tokens {
		g.rate(n, genai.PerfTokens, with(genai.TokenType, kind)...)
		g.ratio(float64(n), calls, genai.PerfTokensPerCall, with(genai.TokenType, kind)...)
	}
	read := float64(c.tokens[genai.TokensCacheRead])
	input := read + float64(c.tokens[genai.TokensInputUncached]+c.tokens[genai.TokensCacheWrite])
	g.ratio(read, input, genai.PerfCacheHitRatio, with(genai.AttrCache, "prompt")...)
	// A whole service's peak is at most the sum of its models', and a peak over many exports is looked at in parts.
	highest := peak(c.flights)
	if key.value == "" {
		most := 0.0
		for other, model := range a.cells {
			if other.service == key.service && other.scope == key.scope && other.value != "" {
				most += peak(model.flights)
			}
		}
		g.between(1, most, genai.PerfConcurrency, attrs...)
		up := c.failed == 0
		g.between(map[bool]float64{true: 1}[up], map[bool]float64{false: 1, true: 1}[c.failed < c.calls], genai.PerfUptimeRatio, attrs...)
	} else {
		g.between(highest, highest, genai.PerfConcurrency, attrs...)
	}
	ratio, avg := float64(c.failed)/calls, sumOf(c.latency)/calls
	state := "healthy"
	switch {
	case ratio > 0.10 || avg > 10:
		state = "unhealthy"
	case ratio > 0.05 || avg > 5:
		state = "degraded"
	}
	for _, s := range []string{"healthy", "degraded", "unhealthy"} {
		g.near(map[bool]float64{true: 1}[s == state], genai.PerfHealth, with(genai.AttrState, s)...)
	}
}

func sumOf(values []float64) float64 {
	var total float64
	for _, v := range values {
		total += v
	}
	return total
}

// identity names a series by its metric and attributes (pairs, in any order); an attribute without a value is not there.
func identity(metric string, attrs []string) string {
	var parts []string
	for i := 0; i < len(attrs); i += 2 {
		if attrs[i+1] != "" {
			parts = append(parts, attrs[i]+"="+attrs[i+1])
		}
	}
	slices.Sort(parts)
	return metric + "{" + strings.Join(parts, ",") + "}"
}

// checkGauges compares what is told with what must be: the same series, each value in its bounds. Rates are per second of a time
// that is between one second and longest. named translates a series.
func checkGauges(t assert.TestingT, want []gauge, told map[string]float64, longest float64, named func(gauge) string) (worst float64) {
	left := map[string]bool{}
	for id := range told {
		left[id] = true
	}
	for i := range want {
		g := &want[i]
		id := named(*g)
		delete(left, id)
		v, ok := told[id]
		if !assert.True(t, ok, "%s is missing", id) {
			continue
		}
		if g.observedBy > 0 {
			assert.LessOrEqual(t, v, float64(g.observedBy)*1.000001, id)
			assert.GreaterOrEqual(t, v, float64(g.observedBy)/longest, id)
			continue
		}
		assert.GreaterOrEqual(t, v, g.low, id)
		assert.LessOrEqual(t, v, g.high, id)
		if middle := (g.low + g.high) / 2; strings.Contains(id, "stat=p") {
			worst = max(worst, math.Abs(v/middle-1))
		}
	}
	assert.Empty(t, left, "series that nothing speaks of")
	return worst
}

// promGauges are the names that Prometheus shows.
var promGauges = map[string]string{
	genai.PerfLatency:          "llm_perf_latency_seconds",
	genai.PerfTTFT:             "llm_perf_ttft_seconds",
	genai.PerfSamples:          "llm_perf_samples",
	genai.PerfRequests:         "llm_perf_requests_per_second",
	genai.PerfTokens:           "llm_perf_tokens_per_second",
	genai.PerfErrorRatio:       "llm_perf_error_ratio",
	genai.PerfTimeoutRatio:     "llm_perf_timeout_ratio",
	genai.PerfRetryRatio:       "llm_perf_retry_ratio",
	genai.PerfToolSuccessRatio: "llm_perf_tool_success_ratio",
	genai.PerfCacheHitRatio:    "llm_perf_cache_hit_ratio",
	genai.PerfUptimeRatio:      "llm_perf_uptime_ratio",
	genai.PerfTokensPerCall:    "llm_perf_tokens_per_call",
	genai.PerfConcurrency:      "llm_perf_concurrency",
	genai.PerfQuality:          "llm_perf_quality",
	genai.PerfDeployments:      "llm_perf_deployments",
	genai.PerfHealth:           "llm_perf_health",
}

// prometheusLabel is the label of an attribute.
func prometheusLabel(attr string) string { return strings.ReplaceAll(attr, ".", "_") }

// underscored is a gauge as Prometheus shows it.
func underscored(g gauge) string {
	attrs := slices.Clone(g.attrs)
	for i := 0; i < len(attrs); i += 2 {
		attrs[i] = prometheusLabel(attrs[i])
	}
	return identity(promGauges[g.metric], attrs)
}

// everyGauge fails the test if the generated operations leave one of the gauges untold.
func everyGauge(t testing.TB, want []gauge) {
	t.Helper()
	seen := map[string]bool{}
	for i := range want {
		seen[want[i].metric] = true
	}
	for metric := range promGauges {
		assert.True(t, seen[metric], "nothing generated for %s", metric)
	}
}
