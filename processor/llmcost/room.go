package llmcost

// room is how many attributes spans got last. Spans of one sender mostly get as many: made at once, room for them is copied once, and not
// half of it stays empty.
type room struct{ priced, other int }

func (r *room) of(b *costing) *int {
	if b.parts {
		return &r.priced
	}
	return &r.other
}
