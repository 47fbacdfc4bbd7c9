package perfstats

import (
	"slices"
	"strconv"

	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Values of `cache`.
const (
	cachePrompt      = "prompt"
	cacheApplication = "application"
)

// gauge is one series of a set, besides what names the set.
type gauge struct {
	name   string
	labels []string // pairs
	value  value
}

// value is what a gauge says of a window; ok is false if nothing in the window speaks of it.
type value func(s *summary) (v float64, ok bool)

// catalog has the gauges of each kind of set. What senders name is no part of it.
type catalog struct {
	cfg   *Config
	lists map[kindOfSet][]gauge
}

type kindOfSet struct {
	family family
	name   string // the scope or the ratio
	part   bool
}

func newCatalog(cfg *Config) catalog { return catalog{cfg: cfg, lists: map[kindOfSet][]gauge{}} }

// of lists the gauges that a set can have.
func (c *catalog) of(k key) []gauge {
	is := kindOfSet{family: k.family, part: k.value != ""}
	if k.family == operations || k.family == ratio {
		is.name = k.name
	}
	list, ok := c.lists[is]
	if !ok {
		list = c.list(is)
		c.lists[is] = list
	}
	return list
}

func (c *catalog) list(is kindOfSet) []gauge {
	switch is.family {
	case operations:
		return c.operations(is.name, is.part)
	case application:
		return []gauge{{genai.PerfCacheHitRatio, []string{genai.AttrCache, cacheApplication}, share(sumOf(cacheHits), sumOf(cacheHits, cacheMisses))}}
	case quality:
		return []gauge{{genai.PerfQuality, nil, share(sumOf(scoreSum), sumOf(scores))}}
	case ratio:
		return []gauge{{is.name, nil, share(sumOf(ratioOf), sumOf(ratioTo))}}
	case deployments:
		return []gauge{{genai.PerfDeployments, nil, func(s *summary) (float64, bool) { return s.deployments, s.live }}}
	}
	return nil
}

func (c *catalog) operations(scope string, part bool) []gauge {
	list := c.stats(genai.PerfLatency, func(s *summary) *expohist.Histogram { return &s.latency }, scope, genai.AttrScope, scope)
	list = append(list, gauge{genai.PerfRequests, []string{genai.AttrScope, scope}, func(s *summary) (float64, bool) {
		return s.rate(s.calls), s.calls > 0
	}})
	errors := gauge{genai.PerfErrorRatio, nil, share(failedCalls, allCalls)}
	timeouts := gauge{genai.PerfTimeoutRatio, nil, share(timedOutCalls, allCalls)}
	switch {
	case scope == scopeLLM:
		list = append(list, errors, timeouts)
		return append(list, c.modelCalls(part)...)
	case scope == scopeAgent && part: // for the whole service these are the ratios of its model calls
		return append(list, errors, timeouts)
	case scope == scopeTool:
		return append(list, gauge{genai.PerfToolSuccessRatio, nil, share(goodCalls, allCalls)})
	}
	return list
}

func (c *catalog) modelCalls(part bool) []gauge {
	list := c.stats(genai.PerfTTFT, func(s *summary) *expohist.Histogram { return &s.ttft }, scopeTTFT)
	list = append(list,
		gauge{genai.PerfRetryRatio, nil, share(sumOf(retries), allCalls)},
		gauge{genai.PerfCacheHitRatio, []string{genai.AttrCache, cachePrompt}, share(
			sumOf(tokensCacheRead), sumOf(tokensUncached, tokensCacheRead, tokensCacheWrite))},
		gauge{genai.PerfConcurrency, nil, func(s *summary) (float64, bool) { return s.n[peakCalls], s.n[peakCalls] > 0 }},
	)
	for _, t := range tokenGauges {
		kind := []string{genai.TokenType, t.name}
		list = append(list,
			gauge{genai.PerfTokens, kind, func(s *summary) (float64, bool) { return s.rate(s.n[t.measure]), s.tells(t.measure) }},
			gauge{genai.PerfTokensPerCall, kind, func(s *summary) (float64, bool) { return s.n[t.measure] / s.calls, s.tells(t.measure) }},
		)
	}
	if !part {
		list = append(list, gauge{genai.PerfUptimeRatio, nil, share(
			func(s *summary) float64 { return s.up }, func(s *summary) float64 { return s.active })})
	}
	for _, state := range states {
		list = append(list, gauge{genai.PerfHealth, []string{genai.AttrState, state}, func(s *summary) (float64, bool) {
			if s.calls > 0 && c.cfg.Health.state(s.failed/s.calls, s.latency.Mean()) == state {
				return 1, true
			}
			return 0, s.calls > 0
		}})
	}
	return list
}

// stats are the latency gauges of a histogram, and how many observations they rest on.
func (c *catalog) stats(name string, of func(*summary) *expohist.Histogram, samples string, labels ...string) []gauge {
	var list []gauge
	stat := func(stat string, v func(*expohist.Histogram) float64) {
		list = append(list, gauge{name, append(slices.Clone(labels), genai.AttrStat, stat), func(s *summary) (float64, bool) {
			h := of(s)
			if h.Count() == 0 {
				return 0, false
			}
			return v(h), true
		}})
	}
	for _, q := range c.cfg.Quantiles {
		stat(percentile(q), func(h *expohist.Histogram) float64 { return h.Quantile(q) })
	}
	stat("avg", (*expohist.Histogram).Mean)
	stat("min", (*expohist.Histogram).Min)
	stat("max", (*expohist.Histogram).Max)
	return append(list, gauge{genai.PerfSamples, []string{genai.AttrScope, samples}, func(s *summary) (float64, bool) {
		n := of(s).Count()
		return float64(n), n > 0
	}})
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

// tells says whether a kind of token has gauges: the five disjoint kinds where they are known, else the two that SDKs send, never both, or
// a sum over them would count tokens twice.
func (s *summary) tells(kind measure) bool {
	if s.calls == 0 || !s.seen[kind] {
		return false
	}
	if kind < tokensInput {
		return true
	}
	return !slices.Contains(s.seen[tokensUncached:tokensInput], true)
}

// share is part / whole, unless there was nothing.
func share(part, whole func(*summary) float64) value {
	return func(s *summary) (float64, bool) {
		w := whole(s)
		return part(s) / w, w > 0
	}
}

func sumOf(all ...measure) func(*summary) float64 {
	return func(s *summary) (sum float64) {
		for _, m := range all {
			sum += s.n[m]
		}
		return sum
	}
}

func allCalls(s *summary) float64      { return s.calls }
func failedCalls(s *summary) float64   { return s.failed }
func goodCalls(s *summary) float64     { return s.calls - s.failed }
func timedOutCalls(s *summary) float64 { return s.timedOut }

// percentile is the value of `stat`: p95 for 0.95, p99.9 for 0.999. It has six digits.
func percentile(q float64) string {
	return "p" + strconv.FormatFloat(q*100, 'g', 6, 64)
}
