package perfstats

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// feed adds an increase to every set of gauges it belongs to and says whether its time was in the window.
func (e *engine) feed(b *origin, r *reading, at time.Time, i increase) bool {
	who := e.subject(b, r.attrs)
	fed := false
	if b.builtin != nil && b.builtin.kinds&r.kind != 0 {
		if b.builtin.depth > 0 {
			fed = e.deploy(who, at, b.now, i.value)
		} else if e.mayCount(b, who.service) {
			fed = e.feedSource(b, b.builtin, r.attrs, who, at, i)
		} else {
			fed = true
		}
	}
	for _, s := range b.own {
		if s.kinds&r.kind != 0 {
			fed = e.feedSource(b, s, r.attrs, who, at, i) || fed
		}
	}
	return fed
}

func (e *engine) feedSource(
	b *origin, s *source, attrs pcommon.Map, who subject, at time.Time, i increase,
) bool {
	epoch, place := e.clock.place(at, b.now)
	if place == late {
		return false
	}
	if i.from.Before(e.since) {
		e.since = i.from
	}
	if i.empty() {
		return true
	}
	if who.place != nil {
		who.place.active = b.now
	}
	if s.seconds && b.factor != 1 {
		i.hist = scaled(i.hist, b.factor)
	}
	t := s.target(attrs)
	k := key{family: t.family, name: t.name, owner: who.owner, overflow: who.place == nil}
	e.count(k, s, attrs, epoch, b.now, i)
	for _, attr := range t.split {
		if v := text(attrs, attr); v != "" {
			k.attr, k.value = attr, v
			e.count(k, s, attrs, epoch, b.now, i)
		}
	}
	return true
}

func (e *engine) count(k key, s *source, attrs pcommon.Map, epoch int64, now time.Time, i increase) {
	g := e.groups.get(k, now)
	c := g.ring.at(epoch)
	before := c.n
	s.add(c, attrs, i)
	for m := range c.n {
		g.seen[m] = g.seen[m] || c.n[m] != before[m]
	}
	g.moved, e.moved = true, true
}

// subject is whose point it is.
type subject struct {
	owner
	place *place // nil is the overflow, which belongs to no service
}

func (e *engine) subject(b *origin, attrs pcommon.Map) subject {
	name := text(attrs, genai.ServiceName)
	if name == "" {
		if v, ok := attrs.Get(genai.AttrOverflow); ok && v.Bool() { // of genaimetrics
			return subject{}
		}
		name = text(b.resource.Attributes(), genai.ServiceName)
	}
	if name == "" {
		name = "unknown_service"
	}
	who := owner{service: name, dims: e.dimensions(b, attrs)}
	p := e.groups.service(who, b.now)
	if p == nil {
		return subject{}
	}
	return subject{owner: who, place: p}
}

// mayCount keeps an SDK's metric out while genaimetrics reports the same for the service.
func (e *engine) mayCount(b *origin, service string) bool {
	if e.cfg.Sources != sourcesAll {
		return true
	}
	k := serviceMetric{service, b.metric}
	if b.scope == genai.MetricsScope {
		e.ours.Put(k, struct{}{}, b.now)
		return true
	}
	_, reported := e.ours.Get(k, b.now)
	return !reported
}

func (e *engine) deploy(who subject, at, now time.Time, n float64) bool {
	h, ok := e.deployed.Get(who.owner, now)
	if !ok {
		h = &history{telling: newTelling(e.groups.catalog.of(key{family: deployments}), who.dims)}
	}
	e.deployed.Put(who.owner, h, now)
	h.place = who.place
	h.moved, e.moved = true, true
	return h.add(at, now, n)
}
