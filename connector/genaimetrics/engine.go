package genaimetrics

import (
	"slices"
	"sync"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/steady"
)

// The memory of what was counted goes by the steady clock, so that setting the wall clock neither expires it nor keeps it. The points
// that are exported go by the wall clock as far as it does not go back, the times in what clients send by the wall clock.

// engine holds all series of one configured connector, whatever signals feed it, so that one series has one writer.
type engine struct {
	cfg       *Config
	component string // what its points say it is, "" for the one that has no name
	enabled   [most]bool
	langchain bool
	genai01   bool

	mu           sync.Mutex
	tables       [most]table
	routes       map[string]*route
	recent       [1 << recentBits]*route // those met last
	buf          []byte                  // for keys
	discard      series                  // what families that are not enabled add to
	seen         *recent
	retries      retries
	retryReports retryReports
	versions     versions
	clients      clients
	clock        *steady.Clock
	line         *steady.Line
	lastFlush    int64 // unix nano, of the points of the last export: the start of series that are made from here on
	exported     int64 // the same by the steady clock
	now          int64 // unix nano of the batch that is being observed, by the steady clock
	health       health
}

// health is what the connector says about itself, added up between two exports.
type health struct {
	overflowed  [most]int64
	expired     [most]int64
	redelivered int64
	skewed      int64
	truncated   int64
	rejected    int64
	forgotten   int64
	series      [most]int64 // as of the export
}

func newEngine(cfg *Config, now time.Time) *engine {
	clock := steady.New(now)
	e := &engine{
		cfg:       cfg,
		langchain: slices.Contains(cfg.Naming, namingLangchain),
		genai01:   slices.Contains(cfg.Naming, namingGenAI01),
		routes:    map[string]*route{},
		seen:      newRecent(cfg.Dedupe),
		versions:  newVersions(),
		clients:   newClients(now),
		clock:     clock,
		line:      steady.NewLine(clock),
		lastFlush: now.UnixNano(),
		exported:  now.UnixNano(),
	}
	e.retries, e.retryReports = newRetries(e.seen.hash), newRetryReports(e.seen.hash)
	for i := range families {
		e.enabled[i] = families[i].enabledBy(cfg.Naming)
		e.tables[i] = newTable(cfg.SeriesLimit)
	}
	return e
}

// routeLimit bounds the routes: a few for each series that one metric may have.
func (e *engine) routeLimit() int { return 4 * e.cfg.SeriesLimit }

// route finds or makes the route of an operation. The caller holds the lock.
func (e *engine) route(l *labels, dims []string) *route {
	met := &e.recent[l.slot(dims)]
	if r := *met; r == nil || r.labels != *l || !slices.Equal(r.dims, dims) {
		*met = e.findRoute(l, dims)
	}
	return *met
}

func (e *engine) findRoute(l *labels, dims []string) *route {
	var cuts, more int
	e.buf, cuts = appendKey(e.buf[:0], l[:])
	e.buf, more = appendKey(e.buf, dims)
	e.health.truncated += int64(cuts + more)
	if r, ok := e.routes[string(e.buf)]; ok {
		return r
	}
	if len(e.routes) >= e.routeLimit() {
		e.dropRoutes()
	}
	r := newRoute(l, dims)
	e.routes[string(e.buf)] = r
	return r
}

// at gives the series of a slot, for an observation that is being made. The caller holds the lock.
func (e *engine) at(r *route, s slot) *series {
	sr := r.series[s]
	if sr == nil {
		sr = e.resolve(r, s)
		r.series[s] = sr
	}
	sr.used = e.now
	if sr.overflow {
		e.health.overflowed[slots[s].family]++
	}
	return sr
}

func (e *engine) resolve(r *route, s slot) *series {
	id := slots[s].family
	if !e.enabled[id] {
		return &e.discard
	}
	values := r.values(s)
	e.buf, _ = appendKey(e.buf[:0], values)
	return e.tables[id].get(e.buf, values, e.lastFlush)
}

// setNow says when, by the steady clock, what follows is observed: never before the last export, which another request may have
// seen meanwhile. The caller holds the lock.
func (e *engine) setNow(now time.Time) { e.now = max(now.UnixNano(), e.exported) }

// add adds to a counter.
func (e *engine) add(r *route, s slot, n int64) {
	sr := e.at(r, s)
	sr.sum = addSaturating(sr.sum, n)
}

// expire drops idle series and, as their routes may point at them, all routes.
func (e *engine) expire(now time.Time) {
	if e.cfg.ExpireAfter == 0 {
		return
	}
	dropped := 0
	for i := range e.tables {
		n := e.tables[i].expire(now, e.cfg.ExpireAfter)
		e.health.expired[i] += int64(n)
		dropped += n
	}
	if dropped > 0 {
		e.dropRoutes()
	}
}

func (e *engine) dropRoutes() {
	clear(e.routes)
	e.recent = [1 << recentBits]*route{}
}
