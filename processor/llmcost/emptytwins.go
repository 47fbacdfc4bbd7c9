package llmcost

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/dialect"
)

// Of two libraries that report a call one may tell no usage: of a stream, or of embeddings. Such a report has no counts to be known by, so it is a
// twin only where there is one report with usage that it can be of, and no more: another library's of the service, of the same model, one within the
// other's time, of which its own library has told nothing yet. Where it comes first it counts, and the other adds the usage.

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

// noteAsked notes a report with usage that counts, for those of other libraries that tell none, or with the one that came before.
func (c *countedCalls) noteAsked(w *witness, now time.Time) {
	if w.bare || w.twin.asks == 0 {
		return
	}
	told := w.report()
	place, of, ok := c.onlyOne(w, true, now)
	if ok {
		w.tops(noUsage)
		told.by.add(of.by[0])
	} else {
		place = c.oldestPlace(w.twin.asks, now)
	}
	c.twins.Put(place, told, now)
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
	place, of, ok := c.onlyOne(w, false, now)
	if !ok {
		of = w.report()
		of.rank = noUsage
		c.twins.Put(c.oldestPlace(w.twin.asks, now), of, now)
		return known{}, false
	}
	of.by.add(w.twin.library)
	c.twins.Put(place, of, now)
	return known{nano: of.nano, rank: of.rank}, true
}

// onlyOne is the report, with usage or without, of which w can be another library's; none where there are several.
func (c *countedCalls) onlyOne(w *witness, empty bool, now time.Time) (place uint64, of twinRecord, ok bool) {
	for i := range uint64(sameCounts) {
		at := placeOf(w.twin.asks, i)
		t, found := c.twins.Get(at, now)
		if !found || !t.mayBe(w) || empty != (t.rank == noUsage) {
			continue
		}
		if ok {
			return 0, twinRecord{}, false
		}
		place, of, ok = at, t, true
	}
	return place, of, ok
}
