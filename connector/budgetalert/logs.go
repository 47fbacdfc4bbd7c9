package budgetalert

import (
	"encoding/binary"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// logs reads the calls that log records tell and llmcost priced. A record without a status is no call of its own: many clients log what
// their spans tell too. It keeps nothing of ld.
func (r *reader) logs(b *spending, ld plog.Logs) {
	var op genai.Operation
	for _, rl := range ld.ResourceLogs().All() {
		resource := rl.Resource().Attributes()
		service := serviceOf(resource)
		for _, sl := range rl.ScopeLogs().All() {
			for _, rec := range sl.LogRecords().All() {
				if _, ok := genai.ReadCanonicalLog(rec, &op); !ok || !isCall(&op) {
					continue
				}
				r.add(b, &call{
					op: &op, service: service, id: r.recordID(rec, &op, service), end: timeOf(rec), trace: rec.TraceID(), span: rec.SpanID(),
					attrs: rec.Attributes(), resource: resource,
					seen: func() seen { return stand(rl.Resource(), sl.Scope(), rec.Attributes()) },
				})
			}
		}
	}
}

func timeOf(rec plog.LogRecord) pcommon.Timestamp {
	if at := rec.Timestamp(); at != 0 {
		return at
	}
	return rec.ObservedTimestamp()
}

// recordID tells records apart by what they say, of which service and when: a log record has no id. The hash is the same on every replica.
func (r *reader) recordID(rec plog.LogRecord, op *genai.Operation, service string) uint64 {
	if genai.UniqueResponseID(op.ResponseID) {
		return r.hasher.Response(op.ResponseID, op.Usage.Output)
	}
	return r.contentID(rec.Attributes(), service, rec.EventName(), uint64(timeOf(rec)))
}

// contentID is the id of what has none: what it says, who says it, and when.
func (r *reader) contentID(attrs pcommon.Map, service, name string, when uint64) uint64 {
	if when == 0 {
		return 0
	}
	var which [24]byte
	hash := pdatautil.MapHash(attrs)
	copy(which[:16], hash[:])
	binary.LittleEndian.PutUint64(which[16:], when)
	first := r.hasher.ID(&which)
	binary.LittleEndian.PutUint64(which[0:], first)
	binary.LittleEndian.PutUint64(which[8:], r.hasher.Response(service+"\x00"+name, 0))
	return r.hasher.ID(&which)
}
