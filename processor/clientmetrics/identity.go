package clientmetrics

import (
	"encoding/binary"
	"hash/maphash"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// identity makes hashes of what tells one series from another in Prometheus: service, instance, scope, the metric's name there and the
// attributes of the point. The seed keeps senders from choosing series that look like one.
type identity struct{ seed maphash.Seed }

func newIdentity() identity { return identity{maphash.MakeSeed()} }

func (i identity) scope(resource pcommon.Resource, scope pmetric.ScopeMetrics) uint64 {
	var h maphash.Hash
	h.SetSeed(i.seed)
	for _, key := range []string{serviceNamespace, genai.ServiceName, genai.ServiceInstanceID} {
		if v, ok := resource.Attributes().Get(key); ok {
			writeText(&h, v.AsString())
		} else {
			writeText(&h, "")
		}
	}
	writeText(&h, scope.Scope().Name())
	writeText(&h, scope.Scope().Version())
	writeText(&h, scope.SchemaUrl())
	writeNumber(&h, i.attributes(scope.Scope().Attributes()))
	return h.Sum64()
}

func (i identity) point(scope uint64, family string, attrs pcommon.Map) uint64 {
	var h maphash.Hash
	h.SetSeed(i.seed)
	writeNumber(&h, scope)
	writeText(&h, family)
	writeNumber(&h, i.attributes(attrs))
	return h.Sum64()
}

// attributes does not depend on their order.
func (i identity) attributes(attrs pcommon.Map) (sum uint64) {
	var h maphash.Hash
	h.SetSeed(i.seed)
	for key, v := range attrs.All() {
		h.Reset()
		writeText(&h, key)
		switch v.Type() {
		case pcommon.ValueTypeStr:
			writeText(&h, v.Str())
		case pcommon.ValueTypeInt:
			writeNumber(&h, uint64(v.Int())) //nolint:gosec // only its bits matter
		case pcommon.ValueTypeDouble:
			writeNumber(&h, math.Float64bits(v.Double()))
		default:
			writeText(&h, v.AsString())
		}
		sum += h.Sum64()
	}
	return sum
}

// writeText writes the length too, so that what is written one after the other cannot run together.
func writeText(h *maphash.Hash, text string) {
	writeNumber(h, uint64(len(text)))
	_, _ = h.WriteString(text)
}

func writeNumber(h *maphash.Hash, n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	_, _ = h.Write(b[:])
}
