package llmcost

import "github.com/otelcol-llm/otelcol-llm/internal/dialect"

// recall is what was found out for the calls of one request so far: most requests have many calls of few models. Its strings are the
// spans', so it is forgotten with them.
type recall struct {
	slots [recallSlots]recalled
	used  uint32
}

const (
	recallBits  = 5
	recallSlots = 1 << recallBits
)

// recalled is who sold a call, by everything of the call that decides it.
type recalled struct {
	provider, server, url, answered, asked string
	sure                                   bool
	sold                                   sold
}

// of is the place for calls like op, and whether it is theirs already.
func (r *recall) of(op *dialect.Call) (*recalled, bool) {
	model := op.Model()
	h := uint32(len(model) + len(op.RequestModel)<<8) //nolint:gosec // only a hash
	if n := len(model); n > 0 {
		h ^= uint32(model[n-1])<<12 ^ uint32(model[n>>1])<<20 ^ uint32(model[n-1-n>>2])<<4
	}
	i := h * 0x9E3779B1 >> (32 - recallBits)
	x := &r.slots[i]
	if r.used&(1<<i) != 0 && x.answered == op.ResponseModel && x.asked == op.RequestModel && x.provider == op.Provider &&
		x.server == op.Server && x.url == op.URL && x.sure == op.Sure {
		return x, true
	}
	r.used |= 1 << i
	x.answered, x.asked, x.provider, x.server, x.url, x.sure = op.ResponseModel, op.RequestModel, op.Provider, op.Server, op.URL, op.Sure
	return x, false
}

func (r *recall) forget() {
	for i := range r.slots {
		if r.used&(1<<i) != 0 {
			r.slots[i] = recalled{}
		}
	}
	r.used = 0
}
