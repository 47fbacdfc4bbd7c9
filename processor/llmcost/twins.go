package llmcost

import (
	"math"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Two libraries in one process that report each call may share neither a trace nor a response id: one of them does not make its span the
// current one, or leaves the id out. Their reports are one call when all else says so: both libraries are known, they run in one
// service, tell the same counts and no two models or ids, and one report was under way within the other, nearly. Two reports of one library are
// two calls, and a report is that of one call.

// twinKey is by what a report of a call is known to another library's.
type twinKey struct {
	call    uint64 // of the service and the counts; 0 of what has no such twin
	asks    uint64 // of the service and the model that was asked, whatever was counted; 0 where no model is told
	service uint64
	id      uint32 // of a response id that is unique in the world; 0 without one
	model   kin    // whether it answered or was asked for
	library uint16
}

// twinRecord is a report that counts, of a call or of a run (driven.go), and which libraries have reported it; under the key of a service only
// which libraries tell of its calls. With its key and time it fills a cache line.
type twinRecord struct {
	during period
	nano   int64 // as of known
	rank   int16
	id     uint32
	model  kin
	by     libraries // the first one's report counts
}

// libraries are as many as are told apart; 0 is none.
type libraries [4]uint16

// has says whether library is one of them, or there are so many that nobody keeps their names.
func (l *libraries) has(library uint16) bool {
	return slices.Contains(l[:], library) || l[len(l)-1] != 0
}

func (l *libraries) add(library uint16) {
	if i := slices.Index(l[:], 0); i >= 0 && !l.has(library) {
		l[i] = library
	}
}

func (l *libraries) several() bool { return l[1] != 0 }

// twinsShare is how many spans are remembered for one call that may have a twin.
const twinsShare = 4

// sameCounts is how many calls of a service with the same counts, or of a conversation, are remembered: more than are under way at once, but
// for mocks.
const sameCounts = 8

// slack is how far an outer report may begin after the inner one or end before it, in nanoseconds, and at least a quarter of the inner one:
// some clocks tell milliseconds only, and of a stream it is not said who sees its end first.
const slack = int64(5 * time.Millisecond)

// sameTime is how far apart two reports of a failure may begin, and end, in nanoseconds: they have no counts to be told by.
const sameTime = int64(100 * time.Millisecond)

// source is the library and the service of spans, in few bits.
type source struct {
	service uint64
	scope   uint64
	library uint16 // 0: not known
	found   bool
}

func sourceOf(r *request, scope *dialect.Scope) source {
	s := source{found: true, service: r.hash.Words(r.hash.Text(scope.Service()), 0, 6)}
	s.scope = r.hash.Text(scope.Name())
	if scope.Library() != "" {
		s.library = uint16(s.scope) | 1 //nolint:gosec // as many bits as there are
	}
	return s
}

// twinOf is the key of a call; none where its library is not known, or when it was under way. One that failed has no counts, but a model.
func (r *request) twinOf(scope *dialect.Scope, op *dialect.Call, w *witness, model kin) twinKey {
	if !r.from.found {
		r.from = sourceOf(r, scope)
	}
	k := twinKey{service: r.from.service, model: model, library: r.from.library}
	if k.library == 0 || w.remote || w.fetched || w.during.start == 0 {
		return twinKey{}
	}
	k.asks = r.asks(op, model)
	switch service := r.from.service ^ w.apart; {
	case !w.bare:
		k.call = r.hash.Words(service, uint64(w.print), 5)
	case op.Failure == genai.Succeeded: // it has a twin where there is only one that it can be (emptytwins.go)
	case model == noKin:
		k.call = r.hash.Words(service, r.hash.Text(op.ModelAsked()), 7)
	default:
		k.call = r.hash.Words(service, uint64(model), 8)
	}
	if w.read.unique {
		k.id = uint32(w.response) | 1 //nolint:gosec // as many bits as there are
	}
	return k
}

// noteSenders notes which libraries tell of a service's calls.
func (c *countedCalls) noteSenders(request []witness, now time.Time) {
	var last twinKey
	for i := range request {
		k := &request[i].twin
		if k.library == 0 || k.service == last.service && k.library == last.library {
			continue
		}
		last = *k
		t, _ := c.twins.Get(k.service, now)
		t.by.add(k.library)
		c.twins.Put(k.service, t, now)
	}
	c.lastService = 0
}

// severalTell says whether several libraries do.
func (c *countedCalls) severalTell(service uint64, now time.Time) bool {
	if service != c.lastService {
		t, _ := c.twins.Get(service, now)
		c.lastService, c.several = service, t.by.several()
	}
	return c.several
}

// twinOf is the call of which w is another library's report. Where there is none w is noted as the report that counts.
func (c *countedCalls) twinOf(w *witness, now time.Time) (known, bool) {
	if w.twin.call == 0 {
		return c.emptyTwin(w, now)
	}
	var place uint64
	if c.severalTell(w.twin.service, now) {
		for i := range uint64(sameCounts) {
			at := placeOf(w.twin.call, i)
			t, ok := c.twins.Get(at, now)
			if !ok || !t.isOf(w) {
				continue
			}
			if t.rank < 0 && !w.unknown() { // it has its price from now on
				w.tops(t.rank)
				t.nano, t.rank = w.nano, w.rank
				c.twins.Put(at, t.and(w), now)
				return known{}, false
			}
			c.twins.Put(at, t.and(w), now)
			c.hears(&t, w, now)
			return known{t.nano, t.rank, w.print}, true
		}
		place = c.oldestPlace(w.twin.call, now)
		c.noteAsked(w, now)
	} else {
		place = c.anyPlace(w, now)
	}
	c.twins.Put(place, w.report(), now)
	return known{}, false
}

// twinAgain is the call of which w was another library's report when it came before.
func (c *countedCalls) twinAgain(w *witness, now time.Time) (by known) {
	for i := uint64(0); i < sameCounts && w.twin.call != 0; i++ {
		t, ok := c.twins.Get(placeOf(w.twin.call, i), now)
		if ok && t.by[0] != w.twin.library && t.by.has(w.twin.library) && t.fits(w) {
			return known{t.nano, t.rank, w.print}
		}
	}
	return by
}

// report is what is remembered of w where it counts.
func (w *witness) report() twinRecord {
	k := &w.twin
	return twinRecord{during: w.during, nano: w.nano, rank: w.rank, id: k.id, model: k.model, by: libraries{k.library}}
}

// oldestPlace is the place of a key that is free, else that of what ended first.
func (c *countedCalls) oldestPlace(key uint64, now time.Time) (place uint64) {
	oldest := int64(math.MaxInt64)
	for i := range uint64(sameCounts) {
		at := placeOf(key, i)
		t, ok := c.twins.Get(at, now)
		if !ok {
			return at
		}
		if place == 0 || t.during.end < oldest {
			place, oldest = at, t.during.end
		}
	}
	return place
}

// anyPlace is a place of the counts of w, of two the one without a call that is under way with it. Most services have one library, and nothing
// is asked of their calls, so no more is looked for.
func (c *countedCalls) anyPlace(w *witness, now time.Time) uint64 {
	i := w.self % sameCounts
	if t, ok := c.twins.Get(placeOf(w.twin.call, i), now); ok && t.during.overlaps(w.during) {
		i = (i + 1 + w.self/sameCounts%(sameCounts-1)) % sameCounts
	}
	return placeOf(w.twin.call, i)
}

// isOf says whether w reports the call.
func (t *twinRecord) isOf(w *witness) bool {
	return t.mayBe(w) && !t.model.differs(w.twin.model) && (!w.bare || t.during.together(w.during))
}

// mayBe says whether w is another library's report of a call that was under way then, under no other id.
func (t *twinRecord) mayBe(w *witness) bool {
	return !t.by.has(w.twin.library) && t.fits(w)
}

// fits says whether w can be a report of the call, whoever's.
func (t *twinRecord) fits(w *witness) bool {
	k := &w.twin
	return (t.id == 0 || k.id == 0 || t.id == k.id) &&
		t.during != w.during && (t.during.holds(w.during) || w.during.holds(t.during))
}

// and notes that w reports the call too, and what it tells of it.
func (t *twinRecord) and(w *witness) twinRecord {
	also := *t
	also.by.add(w.twin.library)
	also.id, also.model = max(also.id, w.twin.id), max(also.model, w.twin.model)
	return also
}

// holds says whether q was under way within p.
func (p period) holds(q period) bool {
	room := max((q.end-q.start)/4, slack)
	return p.start-room <= q.start && q.end <= p.end+room
}

// together says whether the two began and ended at nearly one time.
func (p period) together(q period) bool {
	return max(p.start-q.start, q.start-p.start, p.end-q.end, q.end-p.end) <= sameTime
}
