package genaimetrics

import (
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// observeLogs counts evaluation events, and the operations that command-line agents log, where llmcost says that their logs are
// what counts. It keeps nothing of ld.
func (e *engine) observeLogs(ld plog.Logs, wall time.Time) {
	now := e.clock.Now(wall)
	var dims, itemDimsBuf []string
	for _, rl := range ld.ResourceLogs().All() {
		attrs := rl.Resource().Attributes()
		dims = resourceDims(e.cfg.Dimensions, dims[:0], attrs)
		from := sender{service: genai.ServiceOf(attrs), dims: dims, now: now, wall: wall}
		for _, sl := range rl.ScopeLogs().All() {
			agent := genai.CLIAgent(sl.Scope().Name()) != ""
			for _, rec := range sl.LogRecords().All() {
				name := eventName(rec)
				switch {
				case name == genai.EvaluationEvent:
					itemDimsBuf = itemDims(e.cfg.Dimensions, itemDimsBuf[:0], dims, rec.Attributes())
					e.observeEvaluationLog(rec, &from, itemDimsBuf)
				case agent:
					itemDimsBuf = itemDims(e.cfg.Dimensions, itemDimsBuf[:0], dims, rec.Attributes())
					e.observeAgentLog(rec, &from, itemDimsBuf)
				}
			}
		}
	}
}

// eventName is the name of an event, under either of the places where senders put it.
func eventName(rec plog.LogRecord) string {
	if name := genai.TextOf(rec.Attributes(), genai.EventName); name != "" {
		return name
	}
	return rec.EventName()
}

func (e *engine) observeEvaluationLog(rec plog.LogRecord, from *sender, dims []string) {
	attrs := rec.Attributes()
	e.observeEvaluation(&evaluation{
		service: from.service, dims: dims, origin: logOrigin(rec), key: e.recordKey(rec, from), weight: 1,
		name: genai.TextOf(attrs, genai.EvaluationName), agent: genai.TextOf(attrs, genai.AgentName),
	}, attrs, from.now)
}

// observeAgentLog counts a model call or tool execution that a command-line agent logged, as llmcost read it.
func (e *engine) observeAgentLog(rec plog.LogRecord, from *sender, dims []string) {
	o := observation{service: from.service, dims: dims, weight: 1, origin: logOrigin(rec)}
	if !o.readLog(rec, from.wall) || o.op.Elsewhere {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	if e.seen.again(e.recordKey(rec, from), from.now) {
		e.health.redelivered++
		return
	}
	if o.skewed {
		e.health.skewed++
	}
	e.observe(&o)
}

func logOrigin(rec plog.LogRecord) origin {
	return origin{time: nanos(genai.RecordTime(rec)), trace: rec.TraceID(), span: rec.SpanID()}
}

func (e *engine) recordKey(rec plog.LogRecord, from *sender) uint64 {
	return e.seen.hash.Record(rec, pdatautil.MapHash(rec.Attributes()), from.service)
}

// readLog reads the operation that a log record tells of; false is a record that tells none.
func (o *observation) readLog(rec plog.LogRecord, now time.Time) bool {
	seconds, ok := genai.ReadCanonicalLog(rec, &o.op)
	if ok && seconds > 0 && seconds < maxSeconds && o.origin.time > 0 {
		o.end = o.origin.time
		o.start = o.end - int64(seconds*1e9)
		o.checkTimes(now)
	}
	return ok
}
