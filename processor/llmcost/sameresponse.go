package llmcost

import "time"

// sameID is how many calls with one response id are remembered apart, where their times do not overlap.
const sameID = 8

// response finds what is known of the answer that w reports: where it is kept, or is to be kept, and the witness that counts for it, if
// there is one that is not w itself.
func (c *countedCalls) response(w *witness, now time.Time) (slot uint64, said *responseRecord) {
	if w.response == 0 {
		return 0, nil
	}
	for i := range uint64(sameID) {
		slot = placeOf(w.response, i)
		a, ok := c.answers.Get(slot, now)
		switch {
		case !ok:
			return slot, nil
		case a.by == w.self && w.self != 0:
			return slot, nil
		case (w.fetched || a.during.overlaps(w.during)) && a.read.agree(w.read):
			said := a // of its own, so that only what is found is on the heap
			return slot, &said
		}
	}
	return slot, nil
}

// repeats says whether w reports an answer that counts already, or only fetches one.
func (w *witness) repeats(said *responseRecord) bool {
	switch {
	case said == nil:
		return w.fetched
	case said.read.asked: // nobody has told its usage
		return w.fetched && w.bare
	}
	return said.rank >= 0 || w.bare || w.unknown() || w.fetched
}
