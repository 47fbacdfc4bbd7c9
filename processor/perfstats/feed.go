package perfstats

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// feed adds an increase to every set of gauges it belongs to and says whether its time was in the window.
func (e *engine) feed(b *batch, h header, at time.Time, i increase) bool {
	service, overflow := e.service(b, h.attrs)
	fed := false
	if b.builtin != nil && b.builtin.kinds&h.kind != 0 {
		if b.builtin.depth > 0 {
			fed = e.deploy(service, at, b.now, i.value)
		} else if e.mayCount(b, service) {
			fed = e.feedSource(b, b.builtin, h.attrs, service, overflow, at, i)
		} else {
			fed = true
		}
	}
	for _, s := range b.own {
		if s.kinds&h.kind != 0 {
			fed = e.feedSource(b, s, h.attrs, service, overflow, at, i) || fed
		}
	}
	return fed
}

func (e *engine) feedSource(
	b *batch, s *source, attrs pcommon.Map, service string, overflow bool, at time.Time, i increase,
) bool {
	epoch, place := e.clock.place(at, b.now)
	if place == late {
		return false
	}
	if i.from.Before(e.since) {
		e.since = i.from
	}
	if s.seconds && b.factor != 1 {
		i.hist = scaled(i.hist, b.factor)
	}
	t := s.target(attrs)
	k := key{family: t.family, name: t.name, service: service, overflow: overflow}
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

// service is whose point it is. An overflow point of genaimetrics belongs to none.
func (e *engine) service(b *batch, attrs pcommon.Map) (name string, overflow bool) {
	name = text(attrs, genai.ServiceName)
	if name == "" {
		if v, ok := attrs.Get(genai.AttrOverflow); ok && v.Bool() {
			return "", true
		}
		name = text(b.resource.Attributes(), genai.ServiceName)
	}
	if name == "" {
		name = "unknown_service"
	}
	if !e.groups.service(name, b.now) {
		e.groups.overflowed++
		return "", true
	}
	return name, false
}

// mayCount keeps an SDK's metric out while genaimetrics reports the same for the service.
func (e *engine) mayCount(b *batch, service string) bool {
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

func (e *engine) deploy(service string, at, now time.Time, n float64) bool {
	h, ok := e.deployed.Get(service, now)
	if !ok {
		h = &history{}
	}
	e.deployed.Put(service, h, now)
	h.moved, e.moved = true, true
	return h.add(at, now, n)
}
