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

// points reads the increase of cost counters as spends. It keeps nothing of md.
func (r *reader) points(b *spending, md pmetric.Metrics, c *counters) {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if !slices.Contains(c.names, m.Name()) || m.Type() != pmetric.MetricTypeSum || !m.Sum().IsMonotonic() || !isUSD(m.Unit()) {
					continue
				}
				for _, p := range m.Sum().DataPoints().All() {
					r.point(b, rm.Resource(), sm.Scope(), m, p, c)
				}
			}
		}
	}
}

func isUSD(unit string) bool {
	return unit == "" || strings.EqualFold(strings.Trim(unit, "{}"), "usd")
}

func (r *reader) point(
	b *spending, resource pcommon.Resource, scope pcommon.InstrumentationScope, m pmetric.Metric, p pmetric.NumberDataPoint, c *counters,
) {
	if p.Flags().NoRecordedValue() {
		return
	}
	if m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityUnspecified { // a total, perhaps, that would count again and again
		b.counts.badAmount++
		return
	}
	service := serviceOf(resource.Attributes())
	series := r.hasher.Series(pdatautil.MapHash(resource.Attributes()), pdatautil.MapHash(p.Attributes()), service, m.Name())
	usd, from := points.Number(p), p.StartTimestamp()
	if m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityCumulative {
		var last counterValue
		var keep bool
		if last, keep = c.increase(series, p, usd, b.now); keep {
			b.counters = append(b.counters, last.mark(series))
		}
		usd, from = last.added, last.from
	}
	if usd == 0 {
		return
	}
	op, ok := costOf(p.Attributes())
	if !ok {
		return
	}
	op.TotalUSD = usd
	r.add(b, &call{
		op: &op, service: service, id: r.hasher.Words(series, uint64(from), uint64(p.Timestamp())), end: p.Timestamp(),
		attrs: p.Attributes(), resource: resource.Attributes(), sum: true,
		seen: func() seen { return stand(resource, scope, p.Attributes()) },
	})
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
func (c *counters) increase(series uint64, p pmetric.NumberDataPoint, value float64, now time.Time) (v counterValue, keep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, known := c.last.Get(series, now)
	v = counterValue{start: p.StartTimestamp(), at: p.Timestamp(), value: value}
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
	if v.added > genai.MaxUSD {
		return v, false // refused, too
	}
	keep = known && v.added != 0 || !known && c.last.Len() < maxCounters // who pushes others out is not kept: there would be more and more
	c.last.Put(series, v, now)
	return v, keep
}
