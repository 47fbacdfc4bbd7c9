package perfstats

import (
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of `cache`.
const (
	cachePrompt      = "prompt"
	cacheApplication = "application"
)

// tell writes the gauges of the sets that moved since they were told last and, if rest is true, of those that were not told for an
// interval. It says how many points that were.
func (e *engine) tell(sm pmetric.ScopeMetrics, wall time.Time, rest bool) int {
	now := e.now(wall)
	at := e.ofGauges(wall)
	to := newWriter(sm, at)
	e.moved = false
	e.groups.expire(now)
	enough := e.cfg.Interval - e.cfg.Interval/50 // ticks are not that even
	due := func(moved bool, told time.Time) bool { return moved || rest && now.Sub(told) >= enough }
	for _, store := range []func(func(key, *group) bool){e.groups.whole.All(), e.groups.parts.All()} {
		for k, g := range store {
			if due(g.moved, g.told) {
				g.moved, g.told = false, now
				e.set(to.of(k), g, now)
			}
		}
	}
	for service, h := range e.deployed.All() {
		if due(h.moved, h.told) {
			h.moved, h.told = false, now
			to.of(key{family: deployments, service: service, overflow: service == ""}).put(genai.PerfDeployments, h.count(now))
		}
	}
	if to.points > 0 {
		e.told = at
	}
	return to.points
}

// set writes one set of gauges. What nothing in the window speaks of has no point.
func (e *engine) set(to *writer, g *group, now time.Time) {
	s := &e.sum
	s.add(&g.ring, e.clock.epoch(now), e.cfg.Health.Unhealthy.ErrorRatio)
	begins := e.clock.begins(now)
	if e.since.After(begins) {
		begins = e.since
	}
	s.elapsed = max(now.Sub(begins), time.Second)
	switch k := to.key; k.family {
	case operations:
		e.operations(to, g)
	case application:
		to.ratio(genai.PerfCacheHitRatio, s.n[cacheHits], s.n[cacheHits]+s.n[cacheMisses], genai.AttrCache, cacheApplication)
	case quality:
		to.ratio(genai.PerfQuality, s.n[scoreSum], s.n[scores])
	case ratio:
		to.ratio(k.name, s.n[ratioOf], s.n[ratioTo])
	}
}

func (e *engine) operations(to *writer, g *group) {
	s, scope := &e.sum, to.key.name
	stats(to, genai.PerfLatency, &s.latency, e.cfg.Quantiles, genai.AttrScope, scope)
	if n := s.latency.Count(); n > 0 {
		to.put(genai.PerfSamples, float64(n), genai.AttrScope, scope)
	}
	o := outcomesOf(&s.n)
	if o.calls > 0 {
		to.put(genai.PerfRequests, s.rate(o.calls), genai.AttrScope, scope)
	}
	switch scope {
	case scopeLLM:
		e.modelCalls(to, g, o)
	case scopeAgent:
		if to.key.value != "" { // for the whole service these are the ratios of its model calls
			to.ratio(genai.PerfErrorRatio, o.failed, o.calls)
			to.ratio(genai.PerfTimeoutRatio, o.timedOut, o.calls)
		}
	case scopeTool:
		to.ratio(genai.PerfToolSuccessRatio, o.calls-o.failed, o.calls)
	}
}

func (e *engine) modelCalls(to *writer, g *group, o outcomeCounts) {
	s := &e.sum
	stats(to, genai.PerfTTFT, &s.ttft, e.cfg.Quantiles)
	if n := s.ttft.Count(); n > 0 {
		to.put(genai.PerfSamples, float64(n), genai.AttrScope, scopeTTFT)
	}
	to.ratio(genai.PerfErrorRatio, o.failed, o.calls)
	to.ratio(genai.PerfTimeoutRatio, o.timedOut, o.calls)
	to.ratio(genai.PerfRetryRatio, s.n[retries], o.calls)
	input := s.n[tokensUncached] + s.n[tokensCacheRead] + s.n[tokensCacheWrite]
	to.ratio(genai.PerfCacheHitRatio, s.n[tokensCacheRead], input, genai.AttrCache, cachePrompt)
	if g.seen[peakCalls] && s.n[peakCalls] > 0 {
		to.put(genai.PerfConcurrency, s.n[peakCalls])
	}
	tokens(to, g, s, o.calls)
	if o.calls == 0 {
		return
	}
	if to.key.value == "" {
		to.ratio(genai.PerfUptimeRatio, s.up, s.active)
	}
	is := e.cfg.Health.state(o.failed/o.calls, s.latency.Mean())
	for _, state := range states {
		v := 0.0
		if state == is {
			v = 1
		}
		to.put(genai.PerfHealth, v, genai.AttrState, state)
	}
}

// tokenGauges lists the kinds of token in the order they are told.
var tokenGauges = []struct {
	measure measure
	name    string
}{
	{tokensUncached, genai.TokensInputUncached},
	{tokensCacheRead, genai.TokensCacheRead},
	{tokensCacheWrite, genai.TokensCacheWrite},
	{tokensVisible, genai.TokensOutputVisible},
	{tokensReasoning, genai.TokensReasoning},
	{tokensInput, genai.TokensInput},
	{tokensOutput, genai.TokensOutput},
}

// tokens tells the five disjoint kinds where they are known, else the two that SDKs send: never both, or a sum over them would count
// tokens twice.
func tokens(to *writer, g *group, s *summary, calls float64) {
	disjoint := false
	for _, t := range tokenGauges[:5] {
		disjoint = disjoint || g.seen[t.measure]
	}
	if calls == 0 {
		return
	}
	for _, t := range tokenGauges {
		if !g.seen[t.measure] || disjoint && t.measure >= tokensInput {
			continue
		}
		to.put(genai.PerfTokens, s.rate(s.n[t.measure]), genai.TokenType, t.name)
		to.put(genai.PerfTokensPerCall, s.n[t.measure]/calls, genai.TokenType, t.name)
	}
}

// rate is per second of the window, or of the time since there is anything to see.
func (s *summary) rate(n float64) float64 { return n / s.elapsed.Seconds() }

func stats(to *writer, name string, h *expohist.Histogram, quantiles []float64, labels ...string) {
	if h.Count() == 0 {
		return
	}
	labels = append(labels, genai.AttrStat, "")
	stat := func(stat string, v float64) {
		labels[len(labels)-1] = stat
		to.put(name, v, labels...)
	}
	for _, q := range quantiles {
		stat(percentile(q), h.Quantile(q))
	}
	stat("avg", h.Mean())
	stat("min", h.Min())
	stat("max", h.Max())
}

// percentile is the value of `stat`: p95 for 0.95, p99.9 for 0.999. It has six digits.
func percentile(q float64) string {
	return "p" + strconv.FormatFloat(q*100, 'g', 6, 64)
}
