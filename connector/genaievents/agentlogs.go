package genaievents

import (
	"math"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// agentLogs writes the records of the operations that command-line agents log, where llmcost says that their logs count.
func (b *conversion) agentLogs(ld plog.Logs) {
	for i := range ld.ResourceLogs().Len() {
		rl := ld.ResourceLogs().At(i)
		source := -1
		for j := range rl.ScopeLogs().Len() {
			sl := rl.ScopeLogs().At(j)
			if genai.CLIAgent(sl.Scope().Name()) == "" {
				continue
			}
			if source < 0 {
				source = b.addSource(rl.Resource(), rl.SchemaUrl())
			}
			for k := range sl.LogRecords().Len() {
				b.agentLog(sl.LogRecords().At(k), source)
			}
		}
	}
	b.writeAround()
}

func (b *conversion) agentLog(rec plog.LogRecord, source int) {
	op := &b.read[0].op
	seconds, ok := genai.ReadCanonicalLog(rec, op)
	if !ok || op.Elsewhere {
		return
	}
	span := standFor(rec, seconds)
	t := b.tellsOf(op, span)
	if t == 0 || !b.claim(b.hasher.LogCall(rec, pdatautil.MapHash(rec.Attributes()), op, b.serviceName(source))) {
		return
	}
	b.item.read(op, span, source, &b.cfg.Keep)
	b.item.head.span = rec.SpanID()
	b.write(&b.item, t)
}

// standFor makes a span of a log record. It has no id: what the record names is the span around it, which holds others too.
func standFor(rec plog.LogRecord, seconds float64) ptrace.Span {
	span, end := ptrace.NewSpan(), genai.RecordTime(rec)
	rec.Attributes().CopyTo(span.Attributes())
	span.SetTraceID(rec.TraceID())
	span.SetEndTimestamp(end)
	if took := seconds * 1e9; took > 0 && took < math.MaxInt64 && pcommon.Timestamp(took) < end {
		span.SetStartTimestamp(end - pcommon.Timestamp(took))
	}
	return span
}
