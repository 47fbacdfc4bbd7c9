package budget

import (
	"fmt"
	"slices"

	"github.com/otelcol-llm/otelcol-llm/connector/budgetalert/internal/ledger"
)

// block is a fixed time that begins with the first call after the last block, both in whole minutes. Blocks divide the time among them: a
// call that comes late and ended between two blocks belongs to the later one, so none is lost.
type block struct{ start, from int64 }

func (r *rule) parseBlock(value []byte) (b block, ok bool) {
	n, _ := fmt.Sscanf(string(value), "%d %d", &b.start, &b.from)
	return b, n == 2
}

// block finds the block that is under way after calls in these minutes, and what was spent in it.
func (d *decision) block(g *group, minutes []int64) (window, int64) {
	r := g.rule
	key := blockPrefix + g.series
	b, ok := r.parseBlock(d.view.Mark(key))
	begun := false
	slices.Sort(minutes)
	for _, m := range minutes {
		switch {
		case !ok:
			b, ok, begun = block{m, m - d.engine.late}, true, true
		case m >= b.start+r.length:
			b, begun = block{m, b.start + r.length}, true
		}
	}
	if !ok {
		return window{}, 0
	}
	if begun {
		d.changes = append(d.changes, ledger.Change{
			Key: key, Value: fmt.Appendf(nil, "%d %d", b.start, b.from), Expires: b.start + 3*r.length + 2*d.engine.late + 2*slack, // longer than its slots
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
