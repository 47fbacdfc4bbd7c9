package perfstats

import (
	"maps"
	"slices"
	"time"

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
	own      map[string][]*source // from the config, by metric
	sources  map[string][]*source // those, and before them the built-in one
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
	e := &engine{
		times: newTimes(steady.New(now)), cfg: cfg, clock: c, since: now.Round(0),
		own:      configured(cfg),
		sources:  map[string][]*source{},
		named:    slices.Sorted(slices.Values(cfg.Dimensions)),
		streams:  newStreams(cfg.SeriesLimit*streamsPerSeries, cfg.SeriesLimit*bytesPerSeries, cfg.ExpireAfter),
		groups:   newGroups(cfg.SeriesLimit, len(builtin)+len(cfg.Latency)*4+len(cfg.Ratios)*4, ttl, newCatalog(cfg)),
		deployed: bounded.New[owner, *history](cfg.SeriesLimit+1, deploymentDays*24*time.Hour),
		ours:     bounded.New[serviceMetric, struct{}](cfg.SeriesLimit*len(builtin), ttl),
	}
	maps.Copy(e.sources, e.own)
	for metric, s := range builtin {
		e.sources[metric] = append([]*source{s}, e.own[metric]...)
	}
	return e
}

// absorb counts every point of a source metric and says whether gauges that are not told yet moved. It changes nothing in md.
func (e *engine) absorb(md pmetric.Metrics, wall time.Time) bool {
	now := e.now(wall)
	for _, rm := range md.ResourceMetrics().All() {
		o := origin{now: now, resource: rm.Resource(), hash: new([16]byte)}
		for _, sm := range rm.ScopeMetrics().All() {
			o.scope = sm.Scope().Name()
			sources := e.own
			if o.scope == genai.MetricsScope || e.cfg.Sources == sourcesAll {
				sources = e.sources
			}
			for _, m := range sm.Metrics().All() {
				if to := sources[m.Name()]; len(to) > 0 {
					o.is(m, to)
					e.metric(&o, m)
				}
			}
		}
	}
	return e.moved
}

// metric takes the points of a metric, each on one way: decode, when it was, what it brings over its series' point before, the window.
func (e *engine) metric(o *origin, m pmetric.Metric) {
	for r, result := range decode(m, o.kinds) {
		if result == counted {
			result = e.take(o, &r)
		}
		e.points[result]++
	}
}

func (e *engine) take(o *origin, r *reading) outcome {
	r.moment = e.momentOf(r.timestamp, o.now)
	i, result := e.increase(o, r)
	if !result.brings() {
		return result
	}
	return e.feed(o, r, i, result)
}
