package ledger

import (
	"bytes"
	"slices"
)

// outbox is the alerts to deliver, oldest first. An alert that is in it already is not put in twice.
type outbox struct {
	entries []Entry
	ids     map[string]uint64
	last    uint64
	max     int
	refused int64 // alerts that found no room
}

// full says that an alert finds no room.
func (o *outbox) full(id string) bool {
	_, waits := o.ids[id]
	return !waits && len(o.entries) >= o.max
}

func (o *outbox) add(a *Alert) bool {
	if _, ok := o.ids[a.ID]; ok {
		return false
	}
	o.last++
	o.put(Entry{o.last, Alert{ID: a.ID, Body: bytes.Clone(a.Body)}})
	return true
}

func (o *outbox) put(e Entry) {
	o.entries = append(o.entries, e)
	o.ids[e.ID] = e.Number
}

// remove takes alerts out and says under which numbers they were.
func (o *outbox) remove(alerts []string) (numbers []uint64) {
	for _, id := range alerts {
		if number, ok := o.ids[id]; ok {
			delete(o.ids, id)
			numbers = append(numbers, number)
		}
	}
	if len(numbers) > 0 {
		o.entries = slices.DeleteFunc(o.entries, func(e Entry) bool {
			_, waits := o.ids[e.ID]
			return !waits
		})
	}
	return numbers
}

// first are up to n alerts with numbers up to last.
func (o *outbox) first(n int, last uint64) []Alert {
	var first []Alert
	for i := 0; i < len(o.entries) && len(first) < n && o.entries[i].Number <= last; i++ {
		first = append(first, o.entries[i].Alert)
	}
	return first
}
