package genaimetrics

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatautil"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// observeLogs counts evaluation events, and the events of command-line agents whose logs are what cli_agents counts. It keeps
// nothing of ld.
func (e *engine) observeLogs(ld plog.Logs, wall time.Time) {
	now := e.clock.Now(wall)
	var dims, itemDimsBuf []string
	for _, rl := range ld.ResourceLogs().All() {
		attrs := rl.Resource().Attributes()
		dims = resourceDims(e.cfg.Dimensions, dims[:0], attrs)
		from := sender{service: serviceName(attrs), dims: dims, now: now, wall: wall}
		for _, sl := range rl.ScopeLogs().All() {
			agent := genai.DialectOf(sl.Scope().Name())
			counted := e.cfg.CLIAgents[agent] == sourceLogs
			for _, rec := range sl.LogRecords().All() {
				name := eventName(rec)
				switch {
				case name == genai.EvaluationEvent:
					itemDimsBuf = itemDims(e.cfg.Dimensions, itemDimsBuf[:0], dims, rec.Attributes())
					e.observeEvaluationLog(rec, &from, itemDimsBuf)
				case counted:
					itemDimsBuf = itemDims(e.cfg.Dimensions, itemDimsBuf[:0], dims, rec.Attributes())
					e.observeAgentLog(agent, name, rec, &from, itemDimsBuf)
				}
			}
		}
	}
}

// eventName is the name of an event, under either of the places where senders put it.
func eventName(rec plog.LogRecord) string {
	if name := valueOf(rec.Attributes(), genai.EventName); name != "" {
		return name
	}
	return rec.EventName()
}

func (e *engine) observeEvaluationLog(rec plog.LogRecord, from *sender, dims []string) {
	attrs := rec.Attributes()
	e.observeEvaluation(&evaluation{
		service: from.service, dims: dims, origin: logOrigin(rec), id: recordID(rec, from.service), weight: 1,
		name: valueOf(attrs, genai.EvaluationName), agent: valueOf(attrs, genai.AgentName),
	}, attrs, from.now)
}

// observeAgentLog counts a model call or tool execution that a command-line agent logged.
func (e *engine) observeAgentLog(agent, event string, rec plog.LogRecord, from *sender, dims []string) {
	o := observation{service: from.service, dims: dims, weight: 1, origin: logOrigin(rec)}
	if !readAgentLog(agent, event, rec.Attributes(), &o, from.wall) {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.setNow(from.now)
	if which := recordID(rec, from.service); e.seen.again(&which, from.now) {
		e.health.redelivered++
		return
	}
	if o.skewed {
		e.health.skewed++
	}
	e.observe(&o)
}

func logOrigin(rec plog.LogRecord) origin {
	at := rec.Timestamp()
	if at == 0 {
		at = rec.ObservedTimestamp()
	}
	return origin{time: nanos(at), trace: rec.TraceID(), span: rec.SpanID()}
}

// recordID tells records apart by what they say, of which span and when: a log record has no id. One with neither a time nor a span
// has nothing by which to tell a second delivery from a second record, so it is no id.
func recordID(rec plog.LogRecord, service string) (which id) {
	at := logOrigin(rec)
	if at.time == 0 && at.span == ([8]byte{}) {
		return id{}
	}
	hash := pdatautil.MapHash(rec.Attributes())
	copy(which[:16], hash[:])
	var h maphash.Hash
	h.SetSeed(idSeed)
	maphash.WriteComparable(&h, at)
	_, _ = h.WriteString(service)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(rec.EventName())
	binary.LittleEndian.PutUint64(which[16:], h.Sum64())
	return which
}

var idSeed = maphash.MakeSeed()

// readAgentLog reads the operation out of an event of a command-line agent; false is an event that tells none.
func readAgentLog(agent, event string, attrs pcommon.Map, o *observation, now time.Time) bool {
	read, ok := agentEvents[agent+" "+event]
	if !ok || !read(attrs, &o.op) {
		return false
	}
	if ms, ok := number(attrs, "duration_ms"); ok && ms >= 0 && ms < maxSeconds*1000 && o.origin.time > 0 {
		o.end = o.origin.time
		o.start = o.end - int64(ms*1e6)
		o.checkTimes(now)
	}
	return true
}
