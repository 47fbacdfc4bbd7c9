package genaimetrics

import (
	"strings"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
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
	series *bounded.Map[uint64, clientPoint]
}

type clientPoint struct {
	start, time pcommon.Timestamp
	value       float64
}

func newClients(now time.Time) clients {
	return clients{began: now, series: bounded.New[uint64, clientPoint](clientSeries, clientMemory)}
}

// fresh is what a cumulative point adds to what was counted of its series; again says that it was counted already.
func (c clients) fresh(series uint64, p clientPoint, now time.Time) (value float64, again bool) {
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

// metricProcessMemory is what naming langchain passes on.
const metricProcessMemory = "process.memory.usage"

// pointGroup is the points of one metric that tell of calls which differ in nothing that is counted.
type pointGroup struct {
	op   genai.Operation
	dims string // joined
}

// increase is what the points of a group add, by what they count.
type increase struct {
	dims   []string
	counts map[string]float64
}

// observeMetrics counts the metrics of command-line agents whose metrics are what llmcost says counts, and the memory of
// processes for naming langchain. It keeps nothing of md.
func (e *engine) observeMetrics(md pmetric.Metrics, wall time.Time) {
	now := e.clock.Now(wall)
	for _, rm := range md.ResourceMetrics().All() {
		attrs := rm.Resource().Attributes()
		from := sender{
			service: genai.ServiceOf(attrs), dims: resourceDims(e.cfg.Dimensions, nil, attrs), now: now, wall: wall, resource: pdatautil.MapHash(attrs),
		}
		for _, sm := range rm.ScopeMetrics().All() {
			agent := genai.CLIAgent(sm.Scope().Name()) != ""
			for _, m := range sm.Metrics().All() {
				if agent {
					e.observeAgentMetric(m, &from)
				}
				if e.langchain && m.Name() == metricProcessMemory {
					e.observeMemory(m, &from)
				}
			}
		}
	}
}

// observeAgentMetric counts what is new in a metric, as llmcost read it.
func (e *engine) observeAgentMetric(m pmetric.Metric, from *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	increases := map[pointGroup]*increase{}
	temporality := points.Temporality(m)
	cumulative := temporality == pmetric.AggregationTemporalityCumulative
	eachNumber(m, func(attrs pcommon.Map, p clientPoint) {
		var g pointGroup
		counts := genai.ReadCanonicalPoint(attrs, &g.op)
		if counts == "" || !g.op.IsCall() {
			return
		}
		if temporality == pmetric.AggregationTemporalityUnspecified { // a total, perhaps, that would count again and again
			e.health.rejected++
			return
		}
		n, ok := e.freshOf(e.seen.hash.Series(from.resource, pdatautil.MapHash(attrs), from.service, m.Name()), p, cumulative, from.now)
		if !ok {
			return
		}
		dims := itemDims(e.cfg.Dimensions, nil, from.dims, attrs)
		g.dims = strings.Join(dims, "\x00")
		if increases[g] == nil {
			increases[g] = &increase{dims: dims, counts: map[string]float64{}}
		}
		increases[g].counts[counts] += n
	})
	for g, t := range increases {
		e.countIncrease(&g.op, t, from)
	}
}

// countIncrease counts what is new in a metric. The caller holds the lock.
func (e *engine) countIncrease(op *genai.Operation, t *increase, from *sender) {
	o := observation{service: from.service, weight: 1, op: *op, dims: t.dims}
	o.origin.time = from.wall.UnixNano()
	r := e.callRoute(&o)
	if usd, ok := t.counts[genai.CountsUSD]; ok {
		o.op.TotalUSD = usd
		e.addCost(r, &o)
		return
	}
	if calls, ok := t.counts[genai.CountsCalls]; ok {
		if o.weight = int64(calls); o.weight > 0 {
			e.countCall(r, &o)
			e.addCost(r, &o)
			e.addError(r, &o)
		}
		return
	}
	o.op.Usage = genai.UsageOfPoints(t.counts)
	e.addTokenCounts(r, &o)
	if op.Status == genai.StatusUnpriced {
		e.addCount(r, slotUnpricedTokens, o.op.Usage.Input+o.op.Usage.Output, &o)
	}
}

// observeMemory passes on what processes say of their memory.
func (e *engine) observeMemory(m pmetric.Metric, from *sender) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	eachNumber(m, func(attrs pcommon.Map, p clientPoint) {
		if !(p.value >= 0 && p.value < 1<<62) {
			e.health.rejected++
			return
		}
		dims := itemDims(e.cfg.Dimensions, nil, from.dims, attrs)
		r := e.route(&labels{lblService: from.service, lblComponent: from.service}, dims)
		e.at(r, slotLCMemory).sum = int64(p.value)
	})
}

// freshOf is what a point adds, if it adds anything. A delta point is known again by its times: processes that tell nothing to be told
// apart by may share a series, so a point that is older than the last one is not one that was counted. Cumulative ones are told apart by their
// beginning, or each would seem to be the other begun anew, with all it has.
func (e *engine) freshOf(series uint64, p clientPoint, cumulative bool, now time.Time) (value float64, ok bool) {
	if !(p.value >= 0 && p.value <= genai.MaxAdded) { // NaN too
		e.health.rejected++
		return 0, false
	}
	value, again := p.value, false
	if cumulative {
		value, again = e.clients.fresh(e.seen.hash.Words(series, uint64(p.start), 0), p, now)
	} else {
		again = e.seen.again(e.seen.hash.Words(series, uint64(p.start), uint64(p.time)), now)
	}
	if again {
		e.health.redelivered++
	}
	return value, !again
}

// eachNumber calls f with every point as one number: the value of a sum or gauge, the sum of a histogram. Points that say nothing are left
// out, and summaries, which cannot be added up.
func eachNumber(m pmetric.Metric, f func(attrs pcommon.Map, p clientPoint)) {
	if m.Type() == pmetric.MetricTypeSummary {
		return
	}
	for p := range points.All(m) {
		if !p.Ended {
			f(p.Attributes, clientPoint{p.Start, p.At, p.Value})
		}
	}
}
