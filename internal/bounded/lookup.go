package bounded

// find is where a key is in the journal; nil where it is not.
func (h *Hashes[V]) find(key uint64) (place uint64, e *hashEntry[V]) {
	tag := h.index.tag(key)
	for n, tries := h.index.home(key), len(h.index.lines); tries > 0; n, tries = n+1, tries-1 {
		line := h.index.line(n)
		for _, slot := range &line.slots {
			if slot == 0 {
				break
			}
			if slot&^h.index.place != tag {
				continue
			}
			if place, held := h.placeOf(slot); held {
				if e := h.journal.entry(place); e.key == key {
					return place, e
				}
			}
		}
		if line.spilled == 0 {
			break
		}
		if _, held := h.placeOf(line.spilled); !held {
			break
		}
	}
	return 0, nil
}

// placeOf is the place in the journal that a slot is for, and whether that is held. One that was left long ago may look as if it were; then
// another key is there.
func (h *Hashes[V]) placeOf(slot uint32) (place uint64, held bool) {
	after := uint64((slot - uint32(h.journal.tail)) & h.index.place) //nolint:gosec // its low bits
	place = h.journal.tail + after
	return place, place < h.journal.head
}

// enter notes the place of a key that is not in the index yet, in the first line that has room.
func (h *Hashes[V]) enter(key, place uint64) {
	slot := h.index.slot(key, place)
	for n, tries := h.index.home(key), len(h.index.lines); tries > 0; n, tries = n+1, tries-1 {
		line := h.index.line(n)
		used := line.used()
		if used == lineSlots {
			used = h.tidy(line)
		}
		if used < lineSlots {
			line.slots[used] = slot
			return
		}
		line.spilled = slot
	}
	h.reindex(len(h.index.lines)) // what looked as if it were held is gone
}

// tidy drops the slots of a full line whose places are not held any more and says how many are left. A line gets full long before the
// places of its slots come round again.
func (h *Hashes[V]) tidy(line *indexLine) int {
	used := 0
	for _, slot := range &line.slots {
		if _, held := h.placeOf(slot); held {
			line.slots[used] = slot
			used++
		}
	}
	clear(line.slots[used:])
	return used
}

// reindex makes an index of another size.
func (h *Hashes[V]) reindex(lines int) {
	h.index.lines = make([]indexLine, lines)
	for place := h.journal.tail; place < h.journal.head; place++ {
		h.enter(h.journal.entry(place).key, place)
	}
}
