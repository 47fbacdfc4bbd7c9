package perfstats

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/bounded"
)

// other is the value of a model, agent, tool or evaluation that has no gauges of its own because series_limit is reached.
const other = "_OTHER"

// owner is whose gauges they are: a service, as far as dimensions do not tell several apart in it.
type owner struct {
	service string
	dims    dims
}

// key names one set of gauges.
type key struct {
	family family
	name   string // target.name
	owner
	attr, value string // the model, agent or tool, if it is not the whole service
	overflow    bool
}

// part says whether the key is split further than by service and what the config names, so that senders decide how many there are.
func (k key) part() bool { return k.value != "" || k.family == quality }

// group is one set of gauges.
type group struct {
	telling
	ring ring
	seen [measures]bool // a measure that was never seen has no gauge, one that rests has 0
}

// groups holds the sets: as many services and as many parts of services as the limit allows, then one overflow set in place of each kind
// of further ones. Nothing is pushed out, a set leaves when its window is empty and it was told that its gauges ended.
type groups struct {
	limit      int
	catalog    catalog
	services   *bounded.Map[owner, *place]
	whole      *bounded.Map[key, *group] // by service: bounded by the services, and by what the config names
	parts      *bounded.Map[key, *group]
	overflowed int64
}

// newGroups: kinds is how many sets of gauges one service can have, ttl how long a service has a place after its last point.
func newGroups(limit, kinds int, ttl time.Duration, c catalog) *groups {
	return &groups{
		limit:    limit,
		catalog:  c,
		services: bounded.New[owner, *place](limit, ttl),
		whole:    bounded.New[key, *group]((limit+1)*2*kinds, 0),
		parts:    bounded.New[key, *group](limit, 0),
	}
}

// place is that of a service among those that have gauges of their own.
type place struct {
	active time.Time // when something came last that was not a counter at rest
}

// service admits a service, or gives nil: it belongs to the overflow.
func (g *groups) service(who owner, now time.Time) *place {
	if p, ok := g.services.Get(who, now); ok {
		g.services.Touch(who, now)
		return p
	}
	g.services.Expire(now)
	if g.services.Len() >= g.limit {
		g.overflowed++
		return nil
	}
	p := &place{}
	g.services.Put(who, p, now)
	return p
}

// get finds the set of a key, or the overflow set that takes its place.
func (g *groups) get(k key, now time.Time) *group {
	store := g.whole
	if k.part() {
		store = g.parts
	}
	if found, ok := store.Get(k, now); ok {
		store.Touch(k, now)
		return found
	}
	if k.part() && store.Len() >= g.limit {
		g.overflowed++
		k.overflow = true
		if k.value != "" {
			k.value = other
		}
		if k.family == quality {
			k.name = other
		}
		store = g.whole
		if found, ok := store.Get(k, now); ok {
			store.Touch(k, now)
			return found
		}
	}
	made := &group{telling: newTelling(g.catalog.of(k), k.dims)}
	store.Put(k, made, now)
	return made
}

func (g *groups) stores() [2]*bounded.Map[key, *group] {
	return [2]*bounded.Map[key, *group]{g.whole, g.parts}
}

func (g *groups) len() int { return g.whole.Len() + g.parts.Len() }
