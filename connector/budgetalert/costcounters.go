package budgetalert

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/book"
	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// counters remembers the last value of each cumulative cost counter, so that its increase is known. The ledger has it too (counterMark): what a
// counter rose by while the gateway was not there counts with the first point after that.
type counters struct {
	names []string
	began pcommon.Timestamp // of this process: what an older counter had before is not known
	mu    sync.Mutex
	last  *bounded.Map[uint64, counterValue]
}

type counterValue struct {
	start, at pcommon.Timestamp
	value     float64
	added     float64           // by the last point ...
	from      pcommon.Timestamp // ... since
}

const (
	maxCounters = 20_000
	counterIdle = 24 * time.Hour
)

func newCounters(names []string, now time.Time) *counters {
	return &counters{names: names, began: pcommon.NewTimestampFromTime(now), last: bounded.New[uint64, counterValue](maxCounters, counterIdle)}
}

// reads says whether points of a request may tell what was spent.
func (c *counters) reads(md pmetric.Metrics) bool {
	if len(c.names) > 0 {
		return true
	}
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			if genai.CLIAgent(sm.Scope().Name()) != "" {
				return true
			}
		}
	}
	return false
}

// points reads as spends what cost counters rose by, and the metrics of command-line agents that llmcost says count. It keeps nothing of md.
func (r *reader) points(b *spending, md pmetric.Metrics, c *counters) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			agent := genai.CLIAgent(sm.Scope().Name()) != ""
			of := metricOf{r: r, b: b, c: c, resource: rm.Resource(), scope: sm.Scope()}
			for _, m := range sm.Metrics().All() {
				of.m = m
				if agent && of.agentPoints() || !slices.Contains(c.names, m.Name()) || m.Type() != pmetric.MetricTypeSum || !m.Sum().IsMonotonic() || !isUSD(m.Unit()) {
					continue
				}
				for p := range points.All(m) {
					of.costPoint(p)
				}
			}
		}
	}
}

// metricOf is a metric whose points are being read.
type metricOf struct {
	r        *reader
	b        *spending
	c        *counters
	resource pcommon.Resource
	scope    pcommon.InstrumentationScope
	m        pmetric.Metric
}

func isUSD(unit string) bool {
	return unit == "" || strings.EqualFold(strings.Trim(unit, "{}"), "usd")
}

// costPoint counts what a cost counter rose by.
func (of *metricOf) costPoint(p points.Point) {
	usd, id := of.added(p, genai.MaxUSD)
	if usd == 0 {
		return
	}
	if op, ok := costOf(p.Attributes); ok {
		op.TotalUSD = usd
		of.add(&op, p, id, &book.Sums{})
	}
}

// added is what a point adds to what was counted of its series, and the id by which that is known again. What is no amount, or adds more than
// most, is refused further on.
func (of *metricOf) added(p points.Point, most float64) (value float64, id uint64) {
	temporality := points.Temporality(of.m)
	switch {
	case p.Ended:
		return 0, 0
	case temporality == pmetric.AggregationTemporalityUnspecified: // a total, perhaps, that would count again and again
		of.b.counts.badAmount++
		return 0, 0
	}
	attrs := of.resource.Attributes()
	series := of.r.hasher.Series(pdatautil.MapHash(attrs), pdatautil.MapHash(p.Attributes), serviceOf(attrs), of.m.Name())
	value, from := p.Value, p.Start
	if temporality == pmetric.AggregationTemporalityCumulative {
		if genai.CLIAgent(of.scope.Name()) != "" { // a process each, which nothing but its beginning may tell from another one beside it
			series = of.r.hasher.Words(series, uint64(p.Start), 0)
		}
		last, keep := of.c.increase(series, p, most, of.b.now)
		if keep {
			of.b.counters = append(of.b.counters, last.mark(series))
		}
		value, from = last.added, last.from
	}
	return value, of.r.hasher.Words(series, uint64(from), uint64(p.At))
}

// add counts what a point, or some of one metric, add: of nobody knows which calls, so sums says how many.
func (of *metricOf) add(op *genai.Operation, p points.Point, id uint64, sums *book.Sums) {
	resource, scope := of.resource, of.scope
	of.r.add(of.b, of.call(op, p, id, sums, func() seen { return stand(resource, scope, p.Attributes) }))
}

func (of *metricOf) call(op *genai.Operation, p points.Point, id uint64, sums *book.Sums, stands func() seen) *call {
	attrs := of.resource.Attributes()
	return &call{op: op, service: serviceOf(attrs), id: id, end: p.At, attrs: p.Attributes, resource: attrs, sums: sums, seen: stands}
}

// costOf is whose money a point tells of, as llmcost read it; false is a point that llmcost says does not count. Of a counter that llmcost
// does not know the attributes are taken as they are.
func costOf(attrs pcommon.Map) (op genai.Operation, ok bool) {
	if counts := genai.ReadCanonicalPoint(attrs, &op); counts != "" {
		return op, counts == genai.CountsUSD && op.Counts()
	}
	op = genai.Operation{
		Kind: genai.ModelCall, Status: genai.StatusReported,
		Provider: textOf(attrs, genai.ProviderName), RequestModel: textOf(attrs, genai.RequestModel),
		Agent: textOf(attrs, genai.AgentName), Conversation: textOf(attrs, genai.ConversationID),
	}
	if op.RequestModel == "" {
		op.RequestModel = textOf(attrs, "model")
	}
	return op, true
}

// increase is what a cumulative counter added with a point, since its last one, and whether the ledger is to keep that. One that is older than
// this process, and that the ledger does not know, begins at the value that it shows first; one that began anew adds all it has. The last point
// told again adds the same again: the ledger knows it.
func (c *counters) increase(series uint64, p points.Point, most float64, now time.Time) (v counterValue, keep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, known := c.last.Get(series, now)
	value := p.Value
	v = counterValue{start: p.Start, at: p.At, value: value}
	switch {
	case known && v.at == last.at:
		return last, true
	case known && v.at < last.at:
		return counterValue{}, false // overtaken by a later one that has all of it
	case !(value >= 0 && value <= math.MaxFloat64):
		return counterValue{added: value}, false // no amount, which is refused: nothing is measured from it
	case !known && v.start < c.began: // adds nothing
	case !known, v.start > last.at, value < last.value:
		v.added, v.from = value, v.start
	default:
		v.added, v.from = value-last.value, last.at
	}
	if v.added > most {
		return v, false // refused, too
	}
	keep = known && v.added != 0 || !known && c.last.Len() < maxCounters // who pushes others out is not kept: there would be more and more
	c.last.Put(series, v, now)
	return v, keep
}
