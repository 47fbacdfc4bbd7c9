package clientmetrics

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
	"github.com/otelcol-llm/otelcol-llm/internal/points"
)

// rememberedShapes bounds how many metrics' names are translated once instead of with every point.
const (
	rememberedShapes  = 4096
	longestRemembered = 256
)

// verdict is what is known of a shape.
type verdict struct {
	family string
	clash  string // the gateway's metric, or empty
}

// engine decides what passes and what collides. It belongs to one goroutine at a time.
type engine struct {
	cfg      *Config
	own      *own
	except   map[string]bool
	verdicts *bounded.Map[shape, verdict]
	identity identity
	named    *instances
	watch    *watcher // nil watches nothing

	dropped    map[string]int64 // points by the gateway's metric, since they were taken
	collisions [signs]int64
}

func newEngine(cfg *Config) *engine {
	e := &engine{
		cfg: cfg, own: newOwn(), except: map[string]bool{}, identity: newIdentity(),
		verdicts: bounded.New[shape, verdict](rememberedShapes, 0), dropped: map[string]int64{},
		named: newInstances(cfg.InstanceLimit, cfg.ExpireAfter),
	}
	for _, name := range cfg.Except {
		e.except[name] = true
	}
	if cfg.SeriesLimit > 0 {
		e.watch = newWatcher(cfg.SeriesLimit, cfg.ExpireAfter)
	}
	return e
}

// process takes out what is the gateway's, names the instances of the rest and counts the points of second writers.
func (e *engine) process(md pmetric.Metrics, now time.Time) {
	md.ResourceMetrics().RemoveIf(func(rm pmetric.ResourceMetrics) bool {
		e.named.name(rm.Resource().Attributes(), now)
		rm.ScopeMetrics().RemoveIf(func(sm pmetric.ScopeMetrics) bool {
			e.scope(rm.Resource(), sm, now)
			return sm.Metrics().Len() == 0
		})
		return rm.ScopeMetrics().Len() == 0
	})
}

func (e *engine) scope(resource pcommon.Resource, sm pmetric.ScopeMetrics, now time.Time) {
	id := e.identity.scope(resource, sm)
	ours := ownScope(sm.Scope().Name())
	sm.Metrics().RemoveIf(func(m pmetric.Metric) bool {
		v := e.verdict(shapeOf(m), now)
		if v.clash != "" && e.drops(v.clash, ours) {
			e.dropped[v.clash] += int64(points.Len(m))
			return true
		}
		if e.cfg.ScopeLabels {
			labelPoints(m, sm)
		}
		if e.watch != nil {
			eachPoint(m, func(attrs pcommon.Map, p point) {
				e.collisions[e.watch.see(e.identity.point(id, v.family, attrs), p, now)]++
			})
		}
		return false
	})
}

func (e *engine) verdict(s shape, now time.Time) verdict {
	if v, ok := e.verdicts.Get(s, now); ok {
		return v
	}
	v := verdict{family: s.family(), clash: e.own.clash(s)}
	if len(s.name)+len(s.unit) <= longestRemembered {
		e.verdicts.Put(s, v, now)
	}
	return v
}

func (e *engine) drops(metric string, ours bool) bool {
	switch {
	case e.cfg.Own == ownPass:
		return false
	case ours:
		return e.cfg.Own == ownDrop
	default:
		return !e.except[metric]
	}
}
