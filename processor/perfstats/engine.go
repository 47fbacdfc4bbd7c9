package perfstats

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
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
		b := origin{now: now, resource: rm.Resource(), hash: new([16]byte)}
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

// metric takes the points of a metric, each on one way: decode, the increase since its series' point before, the window.
func (e *engine) metric(b *origin, m pmetric.Metric) {
	for r, result := range decode(m) {
		if result == counted {
			result = e.take(b, &r)
		}
		e.points[result]++
	}
}

func (e *engine) take(b *origin, r *reading) outcome {
	if !b.reads(r.kind) {
		return wrongKind
	}
	at, ahead := e.timeOf(r.at, b.now)
	i, result := e.increase(b, r, at)
	switch {
	case !result.brings():
		return result
	case !e.feed(b, r, at, i):
		return late
	case ahead && result == counted:
		return future
	}
	return result
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

// increase is what a point brings over what its series said before.
func (e *engine) increase(b *origin, r *reading, at time.Time) (increase, outcome) {
	if r.kind == gauges {
		return e.rise(b, r, at)
	}
	start := time.Time{}
	if known(r.start) {
		start = r.start.AsTime().Add(-e.shift(r.at, b.now))
	}
	if r.delta {
		if start.IsZero() || start.After(at) {
			start = at
		}
		return r.total.whole(start), counted
	}
	st := e.streams.get(b.streamKey(r.attrs, r.start), b.now)
	if st == nil {
		return increase{}, tooMany
	}
	depth := e.cfg.Window
	if b.builtin != nil {
		depth = max(depth, b.builtin.depth)
	}
	sender := streamKey{resource: *b.hash, scope: b.scope, metric: b.metric, start: r.start}
	if before := e.streams.heard(sender, at, b.now); st.last.IsZero() && start.Before(before) {
		start = before // the sender was heard without this series, so it began since
	}
	i, result := st.advance(start, at, b.now, depth, r.total)
	e.streams.weigh(st)
	return i, result
}

// rise is by how much a gauge is above what its series said before in the sub-window: of every series and sub-window the largest value
// counts, and a set's peak is the sum over its series.
func (e *engine) rise(b *origin, r *reading, at time.Time) (increase, outcome) {
	epoch, place := e.clock.place(at, b.now)
	if place == late {
		return increase{}, late
	}
	st := e.streams.get(b.streamKey(r.attrs, 0), b.now)
	if st == nil {
		return increase{}, tooMany
	}
	if st.epoch > epoch {
		return increase{}, stale
	}
	before := st.value
	if st.epoch < epoch {
		before = 0
	}
	st.epoch, st.value = epoch, max(before, r.total.value)
	return increase{from: at, value: st.value - before}, counted
}
