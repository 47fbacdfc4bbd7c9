package genaievents

import (
	"encoding/binary"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// share is which part of the records of an operation is kept.
func (k *Keep) share(failed bool, took time.Duration) float64 {
	switch {
	case failed:
		return 1
	case took > k.Slow.Above:
		return k.Slow.Keep
	}
	return k.OK
}

// keeps says whether a record of which only a share is kept is among those. Records of one trace are kept together, here and on every
// replica; without a trace the span decides.
func keeps(share float64, trace pcommon.TraceID, span pcommon.SpanID) bool {
	if share >= 1 {
		return true
	}
	x := binary.LittleEndian.Uint64(trace[:8]) ^ binary.LittleEndian.Uint64(trace[8:])*0x9E3779B97F4A7C15
	if trace.IsEmpty() {
		x = binary.LittleEndian.Uint64(span[:])
	}
	// Two rounds of a finalizer make ids that a client counts up as good as random ones.
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	x ^= x >> 31
	return float64(x>>11)/(1<<53) < share
}
