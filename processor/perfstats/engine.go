package perfstats

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/expohist"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/internal/histpoint"
	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// streamsPerSeries: a service or model has about a dozen metrics with a few statuses and token types each, from a few gateways.
const streamsPerSeries = 50

// bytesPerSeries is about three times what the remembered histograms of a busy model take.
const bytesPerSeries = 100_000

// engine is all state of a processor. It has no lock.
type engine struct {
	times
	cfg      *Config
	clock    clock
	own      map[string][]*source // from the config
	named    []string             // dimensions, sorted
	streams  *streams
	groups   *groups
	deployed *bounded.Map[owner, *history]
	ours     *bounded.Map[serviceMetric, struct{}]
	moved    bool // a gauge did, since they were told
	ended    []*telling
	since    time.Time // what has been seen so far began here; rates divide by no more
	sum      summary
	points   [outcomes]int64 // since the last report
}

// serviceMetric is a built-in metric that genaimetrics reports for a service; the same from an SDK is then left aside.
type serviceMetric struct{ service, metric string }

func newEngine(cfg *Config, now time.Time) *engine {
	c := newClock(cfg.Window)
	ttl := cfg.Window + c.step
	return &engine{
		times: newTimes(steady.New(now)), cfg: cfg, clock: c, since: now.Round(0),
		own:      configured(cfg),
		named:    slices.Sorted(slices.Values(cfg.Dimensions)),
		streams:  newStreams(cfg.SeriesLimit*streamsPerSeries, cfg.SeriesLimit*bytesPerSeries, cfg.ExpireAfter),
		groups:   newGroups(cfg.SeriesLimit, len(builtin)+len(cfg.Latency)*4+len(cfg.Ratios)*4, ttl, newCatalog(cfg)),
		deployed: bounded.New[owner, *history](cfg.SeriesLimit+1, deploymentDays*24*time.Hour),
		ours:     bounded.New[serviceMetric, struct{}](cfg.SeriesLimit*len(builtin), ttl),
	}
}

// absorb counts every point of a source metric and says whether gauges that are not told yet moved. It changes nothing in md.
func (e *engine) absorb(md pmetric.Metrics, wall time.Time) bool {
	now := e.now(wall)
	for _, rm := range md.ResourceMetrics().All() {
		b := batch{now: now, resource: rm.Resource(), hash: new([16]byte)}
		for _, sm := range rm.ScopeMetrics().All() {
			b.scope = sm.Scope().Name()
			for _, m := range sm.Metrics().All() {
				b.metric, b.factor = m.Name(), secondsIn(m.Unit())
				b.langchain = strings.HasPrefix(b.metric, "langchain_")
				b.builtin, b.own = builtin[b.metric], e.own[b.metric]
				if b.scope != genai.MetricsScope && e.cfg.Sources != sourcesAll {
					b.builtin = nil
				}
				if b.builtin != nil || len(b.own) > 0 {
					e.metric(&b, m)
				}
			}
		}
	}
	return e.moved
}

func (e *engine) metric(b *batch, m pmetric.Metric) {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		temporality := m.Sum().AggregationTemporality()
		if !m.Sum().IsMonotonic() {
			temporality = pmetric.AggregationTemporalityUnspecified
		}
		for _, dp := range m.Sum().DataPoints().All() {
			v, ok := number(dp)
			e.point(b, header{dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), counters, temporality}, total{value: v}, ok && v >= 0)
		}
	case pmetric.MetricTypeGauge:
		for _, dp := range m.Gauge().DataPoints().All() {
			v, ok := number(dp)
			e.gauge(b, dp, v, ok && v >= 0)
		}
	case pmetric.MetricTypeHistogram:
		for _, dp := range m.Histogram().DataPoints().All() {
			c := readClassic(dp)
			h := header{dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), histograms, m.Histogram().AggregationTemporality()}
			if !dp.Flags().NoRecordedValue() && !c.usable() {
				e.points[malformed]++
				continue
			}
			e.point(b, h, total{classic: c}, !dp.Flags().NoRecordedValue())
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, dp := range m.ExponentialHistogram().DataPoints().All() {
			hist := expohist.New(bucketLimit)
			histpoint.Read(hist, dp)
			h := header{dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), histograms, m.ExponentialHistogram().AggregationTemporality()}
			e.point(b, h, total{hist: hist}, !dp.Flags().NoRecordedValue())
		}
	case pmetric.MetricTypeSummary:
		e.points[wrongKind] += int64(m.Summary().DataPoints().Len())
	}
}

// header is what points of every kind have.
type header struct {
	attrs       pcommon.Map
	start, at   pcommon.Timestamp
	kind        uint8
	temporality pmetric.AggregationTemporality
}

func (e *engine) point(b *batch, h header, t total, usable bool) {
	if !usable {
		e.points[noValue]++
		return
	}
	if !b.reads(h.kind) || h.temporality == pmetric.AggregationTemporalityUnspecified {
		e.points[wrongKind]++
		return
	}
	at, ahead := e.timeOf(h.at, b.now)
	i, result := e.increase(b, h, at, t)
	if result.brings() {
		if ahead && result == counted {
			result = future
		}
		if !e.feed(b, h, at, i) {
			result = late
		}
	}
	e.points[result]++
}

// timeOf is the point's time, or now if it has none or one that has not come yet; ahead is true if the writer's clock is too far off to be
// a matter of seconds.
func (e *engine) timeOf(ts pcommon.Timestamp, now time.Time) (at time.Time, ahead bool) {
	if !known(ts) {
		return now, ts != 0
	}
	at = ts.AsTime().Add(-e.shift(ts, now))
	if at.After(now) {
		_, o := e.clock.place(at, now)
		return now, o == future
	}
	return at, false
}

func (e *engine) increase(b *batch, h header, at time.Time, t total) (increase, outcome) {
	start := time.Time{}
	if known(h.start) {
		start = h.start.AsTime().Add(-e.shift(h.at, b.now))
	}
	if h.temporality == pmetric.AggregationTemporalityDelta {
		if start.IsZero() || start.After(at) {
			start = at
		}
		return t.whole(start), counted
	}
	st := e.streams.get(b.streamKey(h.attrs, h.start), b.now)
	if st == nil {
		return increase{}, tooMany
	}
	depth := e.cfg.Window
	if b.builtin != nil {
		depth = max(depth, b.builtin.depth)
	}
	writer := streamKey{resource: *b.hash, scope: b.scope, metric: b.metric, start: h.start}
	if before := e.streams.heard(writer, at, b.now); st.last.IsZero() && start.Before(before) {
		start = before // the writer was heard without this series, so it began since
	}
	i, result := st.advance(start, at, b.now, depth, t)
	e.streams.weigh(st)
	return i, result
}

// gauge counts, of every series and sub-window, the largest value; a set's peak is the sum over its series.
func (e *engine) gauge(b *batch, dp pmetric.NumberDataPoint, v float64, usable bool) {
	at, ahead := e.timeOf(dp.Timestamp(), b.now)
	epoch, place := e.clock.place(at, b.now)
	result := counted
	switch {
	case !b.reads(gauges):
		result = wrongKind
	case !usable:
		result = noValue
	case place == late:
		result = late
	default:
		if ahead {
			result = future
		}
		st := e.streams.get(b.streamKey(dp.Attributes(), 0), b.now)
		if st == nil {
			result = tooMany
			break
		}
		if st.epoch > epoch {
			result = stale
			break
		}
		before := st.value
		if st.epoch < epoch {
			before = 0
		}
		st.epoch, st.value = epoch, max(before, v)
		e.feed(b, header{attrs: dp.Attributes(), kind: gauges}, at, increase{from: at, value: max(0, v-before)})
	}
	e.points[result]++
}
