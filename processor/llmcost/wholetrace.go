package llmcost

import "time"

// What is remembered of a trace as a whole: whether it has calls, for the agents that claim usage, and for a report without a parent that may be
// the sum of everything in its trace. Whichever of the two came first counts, such a report or the calls inside it.

// noteTrace remembers that the trace has a call, and whether one that is worth something. A call without a parent lies in no agent.
func (c *countedCalls) noteTrace(w *witness, now time.Time) {
	switch worth := !w.bare && !w.unknown(); {
	case w.parent == 0 || w.trace == c.lastTrace:
	case worth:
		c.spans.Put(w.trace, spanRecord{child: counts}, now)
		c.lastTrace = w.trace
	case !c.knows(w.trace, now):
		c.spans.Put(w.trace, spanRecord{}, now)
	}
}

// inside says whether calls were seen that a report which may be a sum must hold: one without a parent holds its whole trace.
func (c *countedCalls) inside(w *witness, now time.Time) bool {
	if !w.loose || w.parent != 0 || w.trace == 0 {
		return false
	}
	t, _ := c.spans.Get(w.trace, now)
	return t.child == counts
}

// noteRoot remembers such a report that counts, among the twins: the trace upside down is no key of theirs.
func (c *countedCalls) noteRoot(w *witness, now time.Time) {
	c.rooted = true
	c.twins.Put(^w.trace, w.report(), now)
}

// inRoot is the report of its whole trace that w came after, and lies in by its time.
func (c *countedCalls) inRoot(w *witness, now time.Time) (by known, ok bool) {
	if !c.rooted || w.parent == 0 || w.trace == 0 || w.during.start == 0 {
		return by, false
	}
	t, ok := c.twins.Get(^w.trace, now)
	if !ok || !t.during.holds(w.during) {
		return by, false
	}
	w.tops(t.rank)
	return known{nano: t.nano, rank: t.rank}, t.rank >= 0 || w.unknown()
}

// knows says whether a call of the trace was seen.
func (c *countedCalls) knows(trace uint64, now time.Time) bool {
	_, ok := c.spans.Get(trace, now)
	return ok
}
