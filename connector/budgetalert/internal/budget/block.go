package budget

import (
	"fmt"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// block is a fixed time that begins with the first call after the last block, both in whole minutes. Blocks divide the time among them: a
// call that comes late and ended between two blocks belongs to the later one, so none is lost.
type block struct{ start, from int64 }

// blocks are the one under way and the one before it.
type blocks struct{ is, was block }

// parseBlocks reads a mark; false where there is no block yet. One that began later than any call may end now began by a clock that was wrong:
// the one before it is under way then, or the next call begins one.
func parseBlocks(value []byte, now int64) (b blocks, ok bool) {
	n, _ := fmt.Sscanf(string(value), "%d %d %d %d", &b.is.start, &b.is.from, &b.was.start, &b.was.from)
	if b.is.start > now+maxAhead {
		b = blocks{is: b.was}
	}
	if b.is.start > now+maxAhead {
		b = blocks{}
	}
	return b, n >= 2
}

func (b *blocks) String() string {
	return fmt.Sprintf("%d %d %d %d", b.is.start, b.is.from, b.was.start, b.was.from)
}

// block finds the block that is under way after calls in these minutes, and what was spent in it.
func (d *decision) block(g *group, minutes []int64) (window, int64) {
	r := g.rule
	key := blockPrefix + g.series
	all, ok := parseBlocks(d.view.Mark(key), d.now)
	b := &all.is
	begun := false
	slices.Sort(minutes)
	for _, m := range minutes {
		switch {
		case !ok:
			*b, ok, begun = block{m, m - d.engine.late}, true, true
		case b.start == 0: // what is from before was of blocks that nobody knows any more
			*b, begun = block{m, m}, true
		case m >= b.start+r.length:
			all.was, *b, begun = *b, block{m, b.start + r.length}, true
		}
	}
	if !ok {
		return window{}, 0
	}
	if begun {
		d.changes = append(d.changes, ledger.Change{
			Key: key, Value: []byte(all.String()), Expires: b.start + 3*r.length + 2*d.engine.late + 2*slack, // longer than its slots
		})
	}
	w := window{b.start, b.start + r.length}
	return w, d.view.Sum(g.series, b.from, w.end)
}

// minutesOf are the minutes in which calls of the posting were counted for a group.
func (d *decision) minutesOf(g *group) (minutes []int64) {
	for _, at := range d.posting.of(g.series) {
		if d.view.Fresh(at.call) {
			minutes = append(minutes, d.posting.calls[at.call].Adds[at.add].Slot)
		}
	}
	return minutes
}
