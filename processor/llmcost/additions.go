package llmcost

import "go.opentelemetry.io/collector/pdata/pcommon"

// additions puts attributes on a span, log record or point.
type additions struct{ to pcommon.Map }

func (a additions) str(key, v string) { a.to.PutStr(key, v) }

func (a additions) double(key string, v float64) { a.to.PutDouble(key, v) }

func (a additions) int(key string, v int64) { a.to.PutInt(key, v) }

// amount is in nano-USD; nothing is not worth an attribute.
func (a additions) amount(key string, nano int64) {
	if nano != 0 {
		a.double(key, usd(nano))
	}
}

// room is how many attributes spans got last. Spans of one sender mostly get as many: made at once, room for them is copied once, and not
// half of it stays empty.
type room struct{ priced, other int }

func (r *room) of(b *costing) *int {
	if b.parts {
		return &r.priced
	}
	return &r.other
}
