package llmcost

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
)

// Of two libraries that report a call one may tell no usage: of a stream, or of embeddings. Such a report has no counts to be known by, so it is a
// twin only where there is one report with usage that it can be of, and no more: another library's of the service, of the same model, one within the
// other's time, of which its own library has told nothing yet. Where it comes first it counts, as a call of which nobody knows the usage.

// asks is the key of the calls of a service that ask one model.
func (r *request) asks(op *dialect.Call, model kin) uint64 {
	service, what := r.from.service, uint64(model)
	if model == noKin {
		if op.ModelAsked() == "" {
			return 0
		}
		what = r.hash.Text(op.ModelAsked())
	}
	if !talks(op.Name) {
		service ^= r.hash.Text(op.Name)
	}
	return r.hash.Words(service, what, 12)
}

// mayBeEmpty says that w tells no usage, and another report may.
func (w *witness) mayBeEmpty() bool { return w.bare && w.twin.call == 0 && w.twin.asks != 0 }

// noteAsked notes a report with usage that counts, for those of other libraries that tell none.
func (c *countedCalls) noteAsked(w *witness, now time.Time) {
	if !w.bare && w.twin.asks != 0 {
		c.twins.Put(c.oldestPlace(w.twin.asks, now), w.report(), now)
	}
}

// hears notes that the library of w has told the call t.
func (c *countedCalls) hears(t *twinRecord, w *witness, now time.Time) {
	if w.twin.asks == 0 {
		return
	}
	for i := range uint64(sameCounts) {
		at := placeOf(w.twin.asks, i)
		if asked, ok := c.twins.Get(at, now); ok && asked.during == t.during {
			asked.by.add(w.twin.library)
			c.twins.Put(at, asked, now)
		}
	}
}

// emptyTwin is the one call of which w can be another library's report.
func (c *countedCalls) emptyTwin(w *witness, now time.Time) (known, bool) {
	if !w.mayBeEmpty() || !c.severalTell(w.twin.service, now) {
		return known{}, false
	}
	place, of := uint64(0), twinRecord{}
	for i := range uint64(sameCounts) {
		at := placeOf(w.twin.asks, i)
		t, ok := c.twins.Get(at, now)
		if !ok || !t.mayBe(w) {
			continue
		}
		if place != 0 {
			return known{}, false
		}
		place, of = at, t
	}
	if place == 0 {
		return known{}, false
	}
	of.by.add(w.twin.library)
	c.twins.Put(place, of, now)
	return known{nano: of.nano, rank: of.rank}, true
}
