package alertnotify

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/alert"
)

// Who gives an alert up, and why; the names of webhooks are the configuration's.
const (
	destinationAlertmanager = "alertmanager"

	reasonRejected = "rejected"
	reasonExpired  = "expired"
	reasonFull     = "full"
	reasonTemplate = "template"
)

const (
	maxOpen    = 1000 // rows that Alertmanager hears of
	maxWaiting = 1000 // rows that webhooks wait for
	maxRows    = maxOpen + maxWaiting + 1

	// lingering is how long a resolved alert is sent to Alertmanager.
	lingering = 5 * time.Minute
)

// table is what is known of alerts. It is pure: no clock, no disk. Its rows are in slots, which are their keys on disk.
type table struct {
	rows map[uint32]*row
	seq  uint64
	// unsaved are the slots that are not on disk as they are here.
	unsaved map[uint32]bool
}

// loss is a transition that a webhook will not get.
type loss struct{ destination, reason string }

// outcome is what became of one alert.
type outcome struct {
	repeated bool
	lost     []loss
}

func newTable() *table {
	return &table{rows: map[uint32]*row{}, unsaved: map[uint32]bool{}}
}

// load puts a row from disk in its slot.
func (t *table) load(slot uint32, r *row) {
	t.rows[slot] = r
	t.seq = max(t.seq, r.seq)
}

// adopt takes over the rows of another table that are not known here.
func (t *table) adopt(other *table) {
	known := map[string]bool{}
	for _, r := range t.rows {
		known[r.alert.ID] = true
	}
	for _, slot := range other.bySeq(func(r *row) bool { return !known[r.alert.ID] }) {
		c := *other.rows[slot]
		t.seq++
		c.seq = t.seq
		t.set(t.free(), &c)
	}
}

// set changes a slot; a row with nothing to do leaves it.
func (t *table) set(slot uint32, r *row) {
	if r == nil || !r.current && len(r.pending) == 0 {
		delete(t.rows, slot)
	} else {
		t.rows[slot] = r
	}
	t.unsaved[slot] = true
}

// free is a slot without a row: there is always one, since full makes room.
func (t *table) free() uint32 {
	for slot := uint32(0); ; slot++ {
		if t.rows[slot] == nil {
			return slot
		}
	}
}

// bySeq are the slots of the rows that pass, oldest first.
func (t *table) bySeq(pass func(*row) bool) []uint32 {
	var slots []uint32
	for slot, r := range t.rows {
		if pass(r) {
			slots = append(slots, slot)
		}
	}
	slices.SortFunc(slots, func(a, b uint32) int { return cmp.Compare(t.rows[a].seq, t.rows[b].seq) })
	return slots
}

// accept adds a transition for the webhooks that want it, unless it is known. The last transition of an alert takes the place of those
// before it for Alertmanager; webhooks get all of them.
func (t *table) accept(a *alert.Alert, webhooks []string, now time.Time, interval time.Duration) outcome {
	r := &row{alert: *a, key: keyOf(a), received: now, pending: webhooks, current: true}
	if a.Elsewhere && !t.knows(a) {
		return outcome{repeated: true}
	}
	for slot, before := range t.rows {
		if before.alert.ID == a.ID {
			return outcome{repeated: true}
		}
		if !before.current || before.alert.Fingerprint != a.Fingerprint {
			continue
		}
		if before.alert.Time.After(a.Time) {
			r.current = false // it came late: what is known is newer
			continue
		}
		c := *before
		switch {
		case before.key == r.key:
			c.current = false
			if before.open() {
				r.promised = before.endsAt(now, interval) // or a little before
			} else {
				r.promised = before.promised
			}
		case before.open():
			c.ended, c.promised = now, before.endsAt(now, interval)
		default:
			continue
		}
		t.set(slot, &c)
	}
	t.seq++
	r.seq = t.seq
	t.set(t.free(), r)
	return outcome{lost: t.makeRoom()}
}

// knows says that Alertmanager hears of an earlier transition: only then what another gateway told matters here.
func (t *table) knows(a *alert.Alert) bool {
	for _, r := range t.rows {
		if r.current && r.alert.Fingerprint == a.Fingerprint {
			return true
		}
	}
	return false
}

// makeRoom gives up the oldest rows above the bounds.
func (t *table) makeRoom() []loss {
	var lost []loss
	open, waiting := t.counts()
	for ; open > maxOpen; open-- {
		slot := t.oldest(func(r *row) bool { return r.current })
		c := *t.rows[slot]
		c.current = false
		t.set(slot, &c)
		lost = append(lost, loss{destinationAlertmanager, reasonFull})
	}
	for ; waiting > maxWaiting; waiting-- {
		slot := t.oldest(func(r *row) bool { return len(r.pending) > 0 })
		c := *t.rows[slot]
		for _, w := range c.pending {
			lost = append(lost, loss{w, reasonFull})
		}
		c.pending = nil
		t.set(slot, &c)
	}
	return lost
}

// oldest is the slot of the oldest row that passes; any slot where none does.
func (t *table) oldest(pass func(*row) bool) uint32 {
	var slot uint32
	var first *row
	for s, r := range t.rows {
		if pass(r) && (first == nil || r.seq < first.seq) {
			slot, first = s, r
		}
	}
	return slot
}

// expire ends what Alertmanager need not hear of any more: firing alerts whose period is over, and resolved ones that it has been told
// for long enough. told says whether all Alertmanagers have heard of a row.
func (t *table) expire(now time.Time, told func(*row) bool) {
	for slot, r := range t.rows {
		if !r.current {
			continue
		}
		end := firstTime(r.ended, r.received).Add(lingering)
		if r.open() {
			if r.alert.EndsAt.IsZero() {
				continue
			}
			end = r.alert.EndsAt.Add(lingering)
		} else if !told(r) && now.Before(r.promised) {
			continue
		}
		if !now.Before(end) {
			c := *r
			c.current = false
			t.set(slot, &c)
		}
	}
}

// forgetWebhooks takes the webhooks that are configured no more off the rows.
func (t *table) forgetWebhooks(configured []string) {
	for slot, r := range t.rows {
		for _, w := range r.pending {
			if !slices.Contains(configured, w) {
				r = r.without(w)
				t.set(slot, r)
			}
		}
	}
}

// next is the oldest row that a webhook has to get.
func (t *table) next(webhook string) (uint32, *row) {
	waits := func(r *row) bool { return r.waitsFor(webhook) }
	slot := t.oldest(waits)
	if r := t.rows[slot]; r != nil && waits(r) {
		return slot, r
	}
	return 0, nil
}

// counts are the rows that Alertmanager hears of and those that webhooks wait for.
func (t *table) counts() (open, waiting int) {
	for r := range maps.Values(t.rows) {
		if r.current {
			open++
		}
		if len(r.pending) > 0 {
			waiting++
		}
	}
	return open, waiting
}
