package llmcost

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// additions are the attributes that a span or log record is to get, gathered so that room for them is made once.
type additions struct{ list []addition }

type addition struct {
	key, text string
	bits      uint64 // of the number
	kind      pcommon.ValueType
}

func (a *additions) str(key, v string) {
	a.list = append(a.list, addition{key: key, text: v, kind: pcommon.ValueTypeStr})
}

func (a *additions) double(key string, v float64) {
	a.list = append(a.list, addition{key: key, bits: math.Float64bits(v), kind: pcommon.ValueTypeDouble})
}

func (a *additions) int(key string, v int64) {
	a.list = append(a.list, addition{key: key, bits: uint64(v), kind: pcommon.ValueTypeInt}) //nolint:gosec // the same bits
}

// amount is in nano-USD; nothing is not worth an attribute.
func (a *additions) amount(key string, nano int64) {
	if nano != 0 {
		a.double(key, usd(nano))
	}
}

// writeTo puts them all into attrs and is empty then.
func (a *additions) writeTo(attrs pcommon.Map) {
	if len(a.list) == 0 {
		return
	}
	attrs.EnsureCapacity(attrs.Len() + len(a.list))
	for i := range a.list {
		switch x := &a.list[i]; x.kind {
		case pcommon.ValueTypeStr:
			attrs.PutStr(x.key, x.text)
		case pcommon.ValueTypeInt:
			attrs.PutInt(x.key, int64(x.bits)) //nolint:gosec // the same bits
		default:
			attrs.PutDouble(x.key, math.Float64frombits(x.bits))
		}
		a.list[i].text = "" // lets go of the span
	}
	a.list = a.list[:0]
}
