package test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

// account is the truth about operations: what every counter must say, and every gauge of a window that holds them all.
type account struct {
	counts   map[counted]int64
	cells    map[cellKey]*cell
	scores   map[scoreKey]*mean
	versions map[string]map[string]bool
	hits     map[string]*mean // application cache by service: 1 is a hit
}

// counted is one series of a counter, or with ".count" and ".sum" at the end of its name one of a histogram. Amounts are in nano-USD.
type counted struct {
	metric, service, operation, provider, model, status, kind, errorType, component, agent, tool, result, evaluation string
}

// attributes are those of the point, in pairs.
func (c *counted) attributes() []string {
	status, operation, kind := genai.AttrStatus, genai.OperationName, genai.TokenType
	switch strings.TrimSuffix(c.metric, ".count") {
	case genai.MetricCostUSD:
		status = genai.CostStatus
	case genai.MetricUnpricedCalls, genai.MetricUnpricedTokens:
		status = genai.AttrReason
	case genai.MetricCacheOperations:
		operation = genai.AttrOperation
	}
	return []string{
		genai.ServiceName, c.service, operation, c.operation, genai.ProviderName, c.provider, genai.RequestModel, c.model,
		status, c.status, kind, c.kind, genai.ErrorType, c.errorType, genai.AttrComponent, c.component, genai.AgentName, c.agent,
		genai.ToolName, c.tool, genai.AttrResult, c.result, genai.EvaluationName, c.evaluation,
	}
}

// cellKey is a set of gauges: a service and a scope, and perhaps one model, agent or tool.
type cellKey struct{ service, scope, attr, value string }

type cell struct {
	latency, firstChunk              []float64
	calls, failed, timedOut, retries int64
	tokens                           map[string]int64
	flights                          [][2]int64
}

type scoreKey struct{ service, evaluation, agent string }

type mean struct {
	sum float64
	n   int64
}

func (m *mean) add(v float64) {
	m.sum += v
	m.n++
}

func newAccount() *account {
	return &account{
		counts: map[counted]int64{}, cells: map[cellKey]*cell{}, scores: map[scoreKey]*mean{}, hits: map[string]*mean{},
		versions: map[string]map[string]bool{},
	}
}

// in finds or makes an entry.
func in[K comparable, V any](m map[K]*V, k K) *V {
	if m[k] == nil {
		m[k] = new(V)
	}
	return m[k]
}

// add takes one turn in; a turn's first operation was tried again if there is a second.
func (a *account) add(t testing.TB, turn []operation) {
	for i := range turn {
		o := &turn[i]
		if a.versions[o.service] == nil {
			a.versions[o.service] = map[string]bool{}
		}
		a.versions[o.service][o.version] = true
		switch o.name {
		case opCache:
			a.addCache(o)
		case genai.OpInvokeAgent:
			a.addAgent(o)
		case genai.OpExecuteTool:
			a.observe(o, "tool", genai.ToolName, o.tool)
			a.addFault(o, genai.ComponentTool)
			a.counts[counted{metric: genai.MetricToolDuration + ".count", service: o.service, tool: o.tool, errorType: o.fault}]++
		default:
			a.addCall(t, o, int64(i)+o.resent)
		}
	}
}

func (a *account) addFault(o *operation, component string) {
	if o.fault != "" {
		a.counts[counted{metric: genai.MetricErrors, service: o.service, errorType: o.fault, component: component}]++
	}
}

func (a *account) addCache(o *operation) {
	c := counted{metric: genai.MetricCacheOperations, service: o.service, operation: genai.CacheSet}
	if !o.set {
		c.operation, c.result = genai.CacheGet, genai.CacheMiss
		hit := 0.0
		if o.hit {
			c.result, hit = genai.CacheHit, 1
		}
		in(a.hits, o.service).add(hit)
	}
	a.counts[c]++
}

func (a *account) addAgent(o *operation) {
	a.observe(o, "agent", genai.AgentName, o.agent)
	a.addFault(o, genai.ComponentAgent)
	by := counted{service: o.service, agent: o.agent}
	a.count(by, genai.MetricAgentRequests, 1, func(c *counted) { c.status = statusOf(o) })
	a.count(by, genai.MetricAgentDuration+".count", 1, func(c *counted) { c.errorType = o.fault })
	a.count(by, genai.MetricEvaluationScore+".count", 1, func(c *counted) { c.evaluation = o.evaluation })
	in(a.scores, scoreKey{o.service, o.evaluation, ""}).add(o.score)
	in(a.scores, scoreKey{o.service, o.evaluation, o.agent}).add(o.score)
}

// count adds n to a series; nothing is no reason for a series.
func (a *account) count(by counted, metric string, n int64, more func(*counted)) {
	if n == 0 {
		return
	}
	by.metric = metric
	if more != nil {
		more(&by)
	}
	a.counts[by] += n
}

func (a *account) addCall(t testing.TB, o *operation, retries int64) {
	cells := a.observe(o, "llm", genai.RequestModel, o.model)
	a.addFault(o, genai.ComponentLLM)
	by := counted{service: o.service, provider: o.provider, model: o.model}
	named := func(c *counted) { c.operation = o.name }
	a.count(by, genai.MetricCalls, 1, func(c *counted) { c.status = statusOf(o) })
	a.count(by, genai.MetricRetries, retries, nil)
	a.count(by, genai.MetricOperationDuration+".count", 1, func(c *counted) { c.operation, c.errorType = o.name, o.fault })
	if o.firstChunk > 0 {
		a.count(by, genai.MetricTimeToFirstChunk+".count", 1, named)
		if o.took > o.firstChunk && o.usage.Output > 1 {
			a.count(by, genai.MetricTimePerChunk+".count", 1, named)
		}
	}
	u := &o.usage
	for kind, n := range map[string]int64{genai.TokensInput: u.Input, genai.TokensOutput: u.Output} {
		if n > 0 {
			a.count(by, genai.MetricTokenUsage+".count", 1, func(c *counted) { c.operation, c.kind = o.name, kind })
			a.count(by, genai.MetricTokenUsage+".sum", n, func(c *counted) { c.operation, c.kind = o.name, kind })
		}
	}
	for kind, n := range map[string]int64{
		genai.TokensInputUncached: u.Input - u.CacheRead - u.CacheWrite5m, genai.TokensCacheRead: u.CacheRead,
		genai.TokensCacheWrite: u.CacheWrite5m, genai.TokensOutputVisible: u.Output - u.Reasoning, genai.TokensReasoning: u.Reasoning,
	} {
		a.count(by, genai.MetricTokens, n, func(c *counted) { c.kind = kind })
		for _, to := range cells {
			if to.tokens == nil {
				to.tokens = map[string]int64{}
			}
			if n > 0 {
				to.tokens[kind] += n
			}
		}
	}
	for _, to := range cells {
		to.retries += retries
		to.flights = append(to.flights, [2]int64{o.start.UnixNano(), o.start.Add(o.took).UnixNano()})
		if o.firstChunk > 0 {
			to.firstChunk = append(to.firstChunk, o.firstChunk.Seconds())
		}
	}
	a.addCost(t, by, o)
}

func (a *account) addCost(t testing.TB, by counted, o *operation) {
	_, known := rates[o.model]
	switch {
	case o.fault != "":
		a.counts[counted{metric: genai.MetricCostUSD, service: by.service, provider: by.provider, model: by.model, status: genai.StatusFree}] += 0
	case !known:
		reason := func(c *counted) { c.status = genai.ReasonUnknownModel }
		a.count(by, genai.MetricUnpricedCalls, 1, reason)
		a.count(by, genai.MetricUnpricedTokens, o.usage.Input+o.usage.Output, reason)
	default:
		cost := price(t, &provider.Entry{Model: o.model, Usage: o.usage})
		status := genai.StatusPriced
		if o.provider == "anthropic" && o.usage.CacheRead+o.usage.CacheWrite5m > 0 {
			status = genai.StatusEstimated // nothing says whether a client without a name counts cached tokens as input
		}
		a.count(by, genai.MetricCostUSD, cost, func(c *counted) { c.status = status })
	}
}

// observe adds an operation to the gauges of its service, and to those of its model, agent or tool.
func (a *account) observe(o *operation, scope, attr, value string) []*cell {
	cells := []*cell{in(a.cells, cellKey{o.service, scope, "", ""}), in(a.cells, cellKey{o.service, scope, attr, value})}
	for _, c := range cells {
		c.latency = append(c.latency, o.took.Seconds())
		c.calls++
		if o.fault != "" {
			c.failed++
		}
		if statusOf(o) == genai.CallTimeout {
			c.timedOut++
		}
	}
	return cells
}

func statusOf(o *operation) string {
	for _, f := range faults {
		if o.fault == f.kind {
			return f.status
		}
	}
	return genai.CallOK
}

// rank is the nearest-rank quantile of sorted values.
func rank(sorted []float64, q float64) float64 {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// peak is the most flights at once; one that ends when another begins is over.
func peak(flights [][2]int64) float64 {
	var events [][2]int64 // when, and what it changes; at the same time ends come first
	for _, f := range flights {
		events = append(events, [2]int64{f[0], 1}, [2]int64{f[1], -1})
	}
	slices.SortFunc(events, func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
	now, most := int64(0), int64(0)
	for _, e := range events {
		now += e[1]
		most = max(most, now)
	}
	return float64(most)
}
