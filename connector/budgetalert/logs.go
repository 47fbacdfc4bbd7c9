package budgetalert

import (
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
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
				if _, ok := genai.ReadCanonicalLog(rec, &op); !ok || !tells(&op) {
					continue
				}
				r.add(b, &call{
					op: &op, service: service, id: r.hasher.LogCall(rec, pdatautil.MapHash(rec.Attributes()), &op, service),
					end: genai.RecordTime(rec), trace: rec.TraceID(), span: rec.SpanID(),
					attrs: rec.Attributes(), resource: resource,
					seen: func() seen { return stand(rl.Resource(), sl.Scope(), rec.Attributes()) },
				})
			}
		}
	}
}
