package perfstats

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// feed adds what a point brings to every set of gauges it belongs to. It is late where its time was in no window.
func (e *engine) feed(o *origin, r *reading, i increase, result outcome) outcome {
	who := e.subject(o, r.attrs)
	fed := false
	for _, s := range o.sources {
		switch {
		case s.kinds&r.kind == 0:
		case s.depth > 0:
			fed = e.deploy(who, r.at, o.now, i.value) || fed
		case !s.own && !e.mayCount(o, who.service):
			fed = true
		case r.place != late:
			e.count(o, s, who, r, i)
			fed = true
		}
	}
	switch {
	case !fed:
		return late
	case r.place == future && result == counted:
		return future
	}
	return result
}

// count adds an increase to the sets of gauges of one source.
func (e *engine) count(o *origin, s *source, who subject, r *reading, i increase) {
	if i.from.Before(e.since) {
		e.since = i.from
	}
	if i.empty() {
		return
	}
	if who.place != nil {
		who.place.active = o.now
	}
	if s.seconds && o.factor != 1 {
		i.hist = scaled(i.hist, o.factor)
	}
	t := s.target(r.attrs)
	k := key{family: t.family, name: t.name, owner: who.owner, overflow: who.place == nil}
	e.countIn(k, s, r, o.now, i)
	for _, attr := range t.split {
		if v := genai.TextOf(r.attrs, attr); v != "" {
			k.attr, k.value = attr, v
			e.countIn(k, s, r, o.now, i)
		}
	}
}

func (e *engine) countIn(k key, s *source, r *reading, now time.Time, i increase) {
	g := e.groups.get(k, now)
	c := g.ring.at(r.epoch)
	before := c.n
	s.add(c, r.attrs, i)
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

func (e *engine) subject(o *origin, attrs pcommon.Map) subject {
	name := genai.TextOf(attrs, genai.ServiceName)
	if name == "" {
		if v, ok := attrs.Get(genai.AttrOverflow); ok && v.Bool() { // of genaimetrics
			return subject{}
		}
		name = genai.ServiceOf(o.resource.Attributes())
	}
	who := owner{service: name, dims: e.dimensions(o, attrs)}
	p := e.groups.service(who, o.now)
	if p == nil {
		return subject{}
	}
	return subject{owner: who, place: p}
}

// mayCount keeps an SDK's metric out while genaimetrics reports the same for the service.
func (e *engine) mayCount(o *origin, service string) bool {
	if e.cfg.Sources != sourcesAll {
		return true
	}
	k := serviceMetric{service, o.metric}
	if o.scope == genai.MetricsScope {
		e.ours.Put(k, struct{}{}, o.now)
		return true
	}
	_, reported := e.ours.Get(k, o.now)
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
