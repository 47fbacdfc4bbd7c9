package genaimetrics

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	clientSeries = 20_000
	clientMemory = 24 * time.Hour
	// firstSpan is how long a cumulative series may have run before its first point here for the point to count whole. One that is
	// older was most likely counted by the process before this one.
	firstSpan = time.Minute
)

// clients remembers the series of command-line agents, to tell what is new in a point.
type clients struct {
	began  time.Time
	series *bounded.Map[id, clientPoint]
}

type clientPoint struct {
	start, time pcommon.Timestamp
	value       float64
}

func newClients(now time.Time) clients {
	return clients{began: now, series: bounded.New[id, clientPoint](clientSeries, clientMemory)}
}

// fresh is what a cumulative point adds to what was counted of its series; again says that it was counted already.
func (c clients) fresh(series id, p clientPoint, now time.Time) (value float64, again bool) {
	last, known := c.series.Get(series, now)
	if known && p.time <= last.time && p.start <= last.start {
		return 0, true
	}
	c.series.Put(series, p, now)
	switch {
	case known && p.start == last.start && p.value >= last.value:
		return p.value - last.value, false
	case !known && c.old(p):
		return 0, false
	}
	return p.value, false
}

// old says whether a cumulative series that is not known may have been counted already: by the process before this one, or
// before it was forgotten.
func (c clients) old(p clientPoint) bool {
	age := p.time.AsTime().Sub(p.start.AsTime())
	return age > firstSpan && (p.start.AsTime().Before(c.began) || age > clientMemory)
}

// agentMetric says what a metric of a command-line agent counts: tokens, by an attribute whose values are in types; or calls; or
// cost.
type agentMetric struct {
	by    string
	types map[string]string
	calls bool
	cost  bool
}

// What the values of token type attributes stand for. Inclusive ones are reduced by the parts that are counted apart.
const (
	partUncached        = "uncached"
	partInput           = "input" // inclusive: uncached + read + write
	partCacheRead       = "read"
	partCacheWrite      = "write"
	partVisible         = "visible"
	partOutput          = "output" // inclusive: visible + reasoning
	partReasoning       = "reasoning"
	partWhole           = "" // of a metric that is not split
	nameModel           = "model"
	nameCodexStatus     = "status"
	nameGeminiStatus    = "status_code"
	metricProcessMemory = "process.memory.usage"
)

// agentMetrics are the metrics that are counted, by agent and name.
var agentMetrics = map[string]map[string]agentMetric{
	agentClaudeCode: {
		"claude_code.token.usage": {by: "type", types: map[string]string{
			"input": partUncached, "cacheRead": partCacheRead, "cacheCreation": partCacheWrite, "output": partOutput,
		}},
		"claude_code.cost.usage": {cost: true},
	},
	agentCodex: {
		"codex.turn.token_usage": {by: "token_type", types: map[string]string{
			"input": partInput, "cached_input": partCacheRead, "cache_write_input": partCacheWrite,
			"output": partOutput, "reasoning_output": partReasoning,
		}},
		"codex.api_request": {calls: true},
	},
	agentGeminiCLI: {
		"gemini_cli.token.usage": {by: "type", types: map[string]string{
			"input": partInput, "cache": partCacheRead, "output": partVisible, "thought": partReasoning,
		}},
		"gemini_cli.api.request.count": {calls: true},
	},
}

var agentProviders = map[string]string{agentClaudeCode: "anthropic", agentCodex: "openai", agentGeminiCLI: "gcp.gemini"}

// increase is what the points of one metric that differ in nothing but the token type add.
type increase struct {
	attrs pcommon.Map
	parts map[string]float64
}

// usage puts the parts together.
func (t *increase) usage() genai.Usage {
	n := func(part string) int64 { return int64(min(t.parts[part], genai.MaxTokens)) }
	u := genai.Usage{CacheRead: n(partCacheRead), CacheWrite: n(partCacheWrite), Reasoning: n(partReasoning)}
	u.Input = max(n(partInput), n(partUncached)+u.CacheRead+u.CacheWrite)
	u.Output = max(n(partOutput), n(partVisible)+u.Reasoning)
	return u
}

// observeMetrics counts the metrics of command-line agents whose metrics are what cli_agents counts, and the memory of
// processes for naming langchain. It keeps nothing of md.
func (e *engine) observeMetrics(md pmetric.Metrics, wall time.Time) {
	now := e.clock.Now(wall)
	for _, rm := range md.ResourceMetrics().All() {
		attrs := rm.Resource().Attributes()
		from := sender{
			service: genai.ServiceOf(attrs), dims: resourceDims(e.cfg.Dimensions, nil, attrs), now: now, wall: wall, resource: pdatautil.MapHash(attrs),
		}
		for _, sm := range rm.ScopeMetrics().All() {
			agent := cliAgent(sm.Scope().Name())
			for _, m := range sm.Metrics().All() {
				if what, ok := agentMetrics[agent][m.Name()]; ok && e.cfg.CLIAgents[agent] == sourceMetrics {
					e.observeAgentMetric(agent, &what, m, &from)
				}
				if e.langchain && m.Name() == metricProcessMemory {
					e.observeMemory(m, &from)
				}
			}
		}
	}
}

func (e *engine) observeAgentMetric(agent string, what *agentMetric, m pmetric.Metric, from *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	increases := map[[16]byte]*increase{}
	eachNumber(m, func(attrs pcommon.Map, p clientPoint, cumulative bool) {
		e.addIncrease(increases, what, m.Name(), from, attrs, p, cumulative)
	})
	for _, t := range increases {
		e.countIncrease(agent, what, t, from)
	}
}

func (e *engine) addIncrease(
	increases map[[16]byte]*increase, what *agentMetric, metric string, from *sender, attrs pcommon.Map, p clientPoint, cumulative bool,
) {
	kind := partWhole
	if what.by != "" {
		var ok bool
		if kind, ok = what.types[valueOf(attrs, what.by)]; !ok {
			return
		}
	}
	if !(p.value >= 0 && p.value <= genai.MaxTokens*1000) { // NaN too
		e.health.rejected++
		return
	}
	n, again := e.freshOf(seriesID(from, metric, attrs), p, cumulative, from.now)
	if again {
		e.health.redelivered++
		return
	}
	rest := pcommon.NewMap()
	attrs.CopyTo(rest)
	rest.Remove(what.by)
	key := pdatautil.MapHash(rest)
	t, ok := increases[key]
	if !ok {
		t = &increase{attrs: rest, parts: map[string]float64{}}
		increases[key] = t
	}
	t.parts[kind] += n
}

// countIncrease counts what is new in a metric. The caller holds the lock.
func (e *engine) countIncrease(agent string, what *agentMetric, t *increase, from *sender) {
	o := observation{service: from.service, weight: 1}
	o.origin.time = from.wall.UnixNano()
	o.dims = itemDims(e.cfg.Dimensions, nil, from.dims, t.attrs)
	op := &o.op
	op.Provider, op.RequestModel = agentProviders[agent], valueOf(t.attrs, nameModel)
	op.Status, op.Reason = genai.StatusUnpriced, genai.ReasonNotReported
	switch {
	case what.cost:
		op.Status, op.Reason, op.TotalUSD = genai.StatusReported, "", t.parts[partWhole]
		e.addCost(e.callRoute(&o), &o)
	case what.calls:
		o.weight = int64(t.parts[partWhole])
		setCode(op, t.attrs)
		if o.weight > 0 {
			r := e.callRoute(&o)
			e.countCall(r, &o)
			e.addCost(r, &o)
			e.addError(r, &o)
		}
	default:
		op.Usage, op.UsageState = t.usage(), genai.UsageKnown
		e.addTokenCounts(e.callRoute(&o), &o)
		if agent != agentClaudeCode { // which says the cost of the same tokens in another metric
			e.addCount(e.callRoute(&o), slotUnpricedTokens, op.Usage.Input+op.Usage.Output, &o)
		}
	}
}

// setCode reads how the calls of a point ended from their HTTP status.
func setCode(op *genai.Operation, attrs pcommon.Map) {
	code := valueOf(attrs, nameCodexStatus)
	if code == "" {
		code = valueOf(attrs, nameGeminiStatus)
	}
	if strings.HasPrefix(code, "2") || code == "" && valueOf(attrs, "success") != "false" {
		return
	}
	op.Failure, op.ErrorType = genai.FailureOf(true, code)
	op.Status, op.Reason = genai.StatusFree, genai.ReasonFailed
}

// observeMemory passes on what processes say of their memory.
func (e *engine) observeMemory(m pmetric.Metric, from *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	eachNumber(m, func(attrs pcommon.Map, p clientPoint, _ bool) {
		if !(p.value >= 0 && p.value < 1<<62) {
			e.health.rejected++
			return
		}
		dims := itemDims(e.cfg.Dimensions, nil, from.dims, attrs)
		r := e.route(&labels{lblService: from.service, lblComponent: from.service}, dims)
		e.at(r, slotLCMemory).sum = int64(p.value)
	})
}

// freshOf is what a point adds. A delta point is known again by its times: processes that tell nothing to be told apart by may
// share a series, so a point that is older than the last one is not one that was counted.
func (e *engine) freshOf(series id, p clientPoint, cumulative bool, now time.Time) (value float64, again bool) {
	if cumulative {
		return e.clients.fresh(series, p, now)
	}
	for i, t := range [...]uint64{uint64(p.start), uint64(p.time)} {
		at := series[8*i:]
		binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)^t)
	}
	return p.value, e.seen.again(&series, now)
}

// seriesID tells the series of clients apart, by all that their resource and points say.
func seriesID(from *sender, metric string, attrs pcommon.Map) (which id) {
	hash := pdatautil.MapHash(attrs)
	copy(which[:16], hash[:])
	name := pcommon.NewMap()
	name.PutStr("metric", metric)
	name.PutStr("resource", string(from.resource[:]))
	hash = pdatautil.MapHash(name)
	copy(which[16:], hash[:8])
	return which
}

// eachNumber calls f with every point as one number: the value of a sum or gauge, the sum of a histogram.
func eachNumber(m pmetric.Metric, f func(attrs pcommon.Map, p clientPoint, cumulative bool)) {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		cumulative := m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityCumulative
		for _, p := range m.Sum().DataPoints().All() {
			f(p.Attributes(), clientPoint{p.StartTimestamp(), p.Timestamp(), numberOf(p)}, cumulative)
		}
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			f(p.Attributes(), clientPoint{p.StartTimestamp(), p.Timestamp(), numberOf(p)}, false)
		}
	case pmetric.MetricTypeHistogram:
		cumulative := m.Histogram().AggregationTemporality() == pmetric.AggregationTemporalityCumulative
		for _, p := range m.Histogram().DataPoints().All() {
			f(p.Attributes(), clientPoint{p.StartTimestamp(), p.Timestamp(), p.Sum()}, cumulative)
		}
	case pmetric.MetricTypeExponentialHistogram:
		cumulative := m.ExponentialHistogram().AggregationTemporality() == pmetric.AggregationTemporalityCumulative
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			f(p.Attributes(), clientPoint{p.StartTimestamp(), p.Timestamp(), p.Sum()}, cumulative)
		}
	}
}

func numberOf(p pmetric.NumberDataPoint) float64 {
	if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
		return float64(p.IntValue())
	}
	return p.DoubleValue()
}
