package llmcost

import (
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
	service uint64
	id      uint32 // of a response id that is unique in the world; 0 without one
	model   kin    // whether it answered or was asked for
	library uint16
}

// twinRecord is a call that counts, and which libraries have reported it. With its key and time it fills a cache line.
type twinRecord struct {
	during    period
	nano      int64 // as of known
	rank      int32
	id        uint32
	model     kin
	libraries [4]uint16 // of the report that counts, and of others
}

// twinsShare is how many spans are remembered for one call that may have a twin.
const twinsShare = 4

// sameCounts is how many calls of a service with the same counts are remembered: more than are under way at once, but for mocks.
const sameCounts = 8

// slack is how far an outer report may begin after the inner one or end before it, in nanoseconds, and at least a quarter of the inner one:
// some clocks tell milliseconds only, and of a stream it is not said who sees its end first.
const slack = int64(5 * time.Millisecond)

// sameTime is how far apart two reports of a failure may begin, and end, in nanoseconds: they have no counts to be told by.
const sameTime = int64(100 * time.Millisecond)

// source is the library and the service of spans, in few bits.
type source struct {
	service uint64
	library uint16 // 0: not known
	found   bool
}

func sourceOf(r *request, scope *dialect.Scope) source {
	s := source{found: true, service: r.hash.Words(r.hash.Text(scope.Service()), 0, 6)}
	if name := scope.Library(); name != "" {
		s.library = uint16(r.hash.Text(name)) | 1 //nolint:gosec // as many bits as there are
	}
	return s
}

// twinOf is the key of a call; none where its library is not known, or when it was under way. One that failed has no counts, but a model.
func (r *request) twinOf(scope *dialect.Scope, op *dialect.Call, w *witness, model kin) twinKey {
	if !r.from.found {
		r.from = sourceOf(r, scope)
	}
	k := twinKey{service: r.from.service, model: model, library: r.from.library}
	switch service := r.from.service ^ w.apart; {
	case k.library == 0 || w.remote || w.fetched || w.during.start == 0:
		return twinKey{}
	case !w.bare:
		k.call = r.hash.Words(service, uint64(w.print), 5)
	case op.Failure == genai.Succeeded:
		return twinKey{}
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
		if k.call == 0 || k.service == last.service && k.library == last.library {
			continue
		}
		last = *k
		t, _ := c.twins.Get(k.service, now)
		if !t.has(k.library) {
			t.add(k.library)
		}
		c.twins.Put(k.service, t, now)
	}
	c.lastService = 0
}

// severalTell says whether several libraries do.
func (c *countedCalls) severalTell(service uint64, now time.Time) bool {
	if service != c.lastService {
		t, _ := c.twins.Get(service, now)
		c.lastService, c.several = service, t.libraries[1] != 0
	}
	return c.several
}

// twinOf is the call of which w is another library's report. Where there is none w is noted as the report that counts.
func (c *countedCalls) twinOf(w *witness, now time.Time) (known, bool) {
	if w.twin.call == 0 {
		return known{}, false
	}
	var place uint64
	if c.severalTell(w.twin.service, now) {
		var oldest int64
		for i := range uint64(sameCounts) {
			at := w.sameCounts(i)
			t, _ := c.twins.Get(at, now)
			if t.isOf(w) {
				c.twins.Put(at, t.and(w), now)
				return known{t.nano, t.rank}, true
			}
			if i == 0 || t.during.end < oldest {
				place, oldest = at, t.during.end
			}
		}
	} else {
		place = c.anyPlace(w, now)
	}
	c.twins.Put(place, twinRecord{
		during: w.during, nano: w.nano, rank: w.rank, id: w.twin.id, model: w.twin.model, libraries: [...]uint16{w.twin.library, 0, 0, 0},
	}, now)
	return known{}, false
}

// sameCounts is the i-th place of calls with the counts of w.
func (w *witness) sameCounts(i uint64) uint64 {
	return max(w.twin.call+i%sameCounts*0x9E3779B97F4A7C15, 1)
}

// anyPlace is one of those places, of two the one without a call that is under way with w. Most services have one library, and nothing is
// asked of their calls, so no more is looked for.
func (c *countedCalls) anyPlace(w *witness, now time.Time) uint64 {
	place := w.sameCounts(w.self)
	if t, ok := c.twins.Get(place, now); ok && t.during.overlaps(w.during) {
		place = w.sameCounts(w.self + 1 + w.self/sameCounts%(sameCounts-1))
	}
	return place
}

// isOf says whether w reports the call. One with a price always counts, whatever came before without one.
func (t *twinRecord) isOf(w *witness) bool {
	k := &w.twin
	return t.libraries[0] != 0 && !t.has(k.library) && (t.rank >= 0 || w.unknown()) &&
		!t.model.differs(k.model) && (t.id == 0 || k.id == 0 || t.id == k.id) &&
		t.during != w.during && (t.during.holds(w.during) || w.during.holds(t.during)) && (!w.bare || t.during.together(w.during))
}

// and notes that w reports the call too, and what it tells of it.
func (t *twinRecord) and(w *witness) twinRecord {
	also := *t
	also.add(w.twin.library)
	also.id, also.model = max(also.id, w.twin.id), max(also.model, w.twin.model)
	return also
}

// has says whether the library has reported it, or so many have that nobody keeps their names.
func (t *twinRecord) has(library uint16) bool {
	return slices.Contains(t.libraries[:], library) || t.libraries[len(t.libraries)-1] != 0
}

func (t *twinRecord) add(library uint16) {
	if i := slices.Index(t.libraries[:], 0); i >= 0 {
		t.libraries[i] = library
	}
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
