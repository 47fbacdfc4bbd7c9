package bench

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Mix says of what kinds the spans of a made batch are. Traces of eight spans are usual: a request into the service (step and
// agent), one model call, one tool, four plain HTTP and database spans.
type Mix struct {
	Traces, Calls, Tools, Steps, Plain int // the last four are per trace
	Models                             []string
}

// FourModels are the models that the OTTL statements know.
var FourModels = []string{"gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "o4-mini"}

// ManyModels makes n model names, none of them a prefix of another.
func ManyModels(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("bench-%04d-chat", i)
	}
	return names
}

// AgentMix is the spans of an agent service as an auto-instrumented one sends them.
func AgentMix() (*Batch, error) {
	return Mix{Traces: 32, Calls: 1, Tools: 1, Steps: 2, Plain: 4, Models: FourModels}.Batch("agent traces, 1 in 8 a model call")
}

// CallsOnly is n model calls and nothing else.
func CallsOnly(n int, models []string) (*Batch, error) {
	return Mix{Traces: n, Calls: 1, Models: models}.Batch(fmt.Sprintf("model calls, %d models", len(models)))
}

// PlainOnly is n traces of four spans that are not GenAI.
func PlainOnly(n int) (*Batch, error) {
	return Mix{Traces: n, Plain: 4}.Batch("no GenAI spans")
}

// tracesPerService is how many traces of a batch come from one resource.
const tracesPerService = 8

// Batch makes the spans: per service one resource, per instrumentation one scope.
func (m Mix) Batch(name string) (*Batch, error) {
	td := ptrace.NewTraces()
	for first := 0; first < m.Traces; first += tracesPerService {
		rs := td.ResourceSpans().AppendEmpty()
		fillResource(rs.Resource().Attributes(), first/tracesPerService)
		genAI, http, db := newScope(rs, "@opentelemetry/instrumentation-openai"), newScope(rs, "@opentelemetry/instrumentation-http"),
			newScope(rs, "@opentelemetry/instrumentation-pg")
		for n := first; n < min(first+tracesPerService, m.Traces); n++ {
			m.appendTrace(n, genAI, http, db)
		}
		rs.ScopeSpans().RemoveIf(func(ss ptrace.ScopeSpans) bool { return ss.Spans().Len() == 0 })
	}
	return NewBatch(name, td)
}

func newScope(rs ptrace.ResourceSpans, name string) ptrace.SpanSlice {
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName(name)
	ss.Scope().SetVersion("0.211.0")
	return ss.Spans()
}

func fillResource(a pcommon.Map, n int) {
	a.PutStr("service.name", fmt.Sprintf("agent-%d", n))
	a.PutStr("service.version", "1.4.2")
	a.PutStr("service.instance.id", fmt.Sprintf("2b6d3f4e-%04d", n))
	a.PutStr("deployment.environment.name", "production")
	a.PutStr("telemetry.sdk.name", "opentelemetry")
	a.PutStr("telemetry.sdk.language", "nodejs")
	a.PutStr("telemetry.sdk.version", "2.2.0")
	a.PutStr("host.name", "node-17")
}

func (m Mix) appendTrace(n int, genAI, http, db ptrace.SpanSlice) {
	t := trace{n: n}
	for i := range m.Steps {
		s := t.span(genAI.AppendEmpty(), ptrace.SpanKindInternal, 6_000)
		fillStep(s, i)
	}
	for range m.Calls {
		s := t.span(genAI.AppendEmpty(), ptrace.SpanKindClient, 1_900)
		fillCall(s, n, m.Models[n%len(m.Models)])
	}
	for range m.Tools {
		fillTool(t.span(genAI.AppendEmpty(), ptrace.SpanKindInternal, 240), n)
	}
	for i := range m.Plain {
		if i%2 == 0 {
			fillHTTP(t.span(http.AppendEmpty(), ptrace.SpanKindClient, 45), n)
		} else {
			fillDB(t.span(db.AppendEmpty(), ptrace.SpanKindClient, 7), n)
		}
	}
}

// trace numbers the spans of one trace; all lie in the first.
type trace struct{ n, spans int }

// start is when all spans begin: now, so that budgets count them.
var start = time.Now().Add(-time.Minute).UnixNano()

func (t *trace) span(s ptrace.Span, kind ptrace.SpanKind, millis int) ptrace.Span {
	var trace [16]byte
	copy(trace[8:], number(t.n, 1<<10))
	copy(trace[:8], number(t.n, 1<<11))
	s.SetTraceID(trace)
	s.SetSpanID(pcommon.SpanID(number(t.n, t.spans)))
	if t.spans > 0 {
		s.SetParentSpanID(pcommon.SpanID(number(t.n, 0)))
	}
	t.spans++
	s.SetKind(kind)
	s.SetStartTimestamp(pcommon.Timestamp(start))                                //nolint:gosec // not negative
	s.SetEndTimestamp(pcommon.Timestamp(start + int64(millis+t.n%37)*1_000_000)) //nolint:gosec // ditto
	return s
}

// number is an id that looks random, as ids do.
func number(n, k int) []byte {
	x := uint64(n)<<16 + uint64(k) + 1 //nolint:gosec // small
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return binary.BigEndian.AppendUint64(nil, x^x>>31)
}

func fillStep(s ptrace.Span, i int) {
	a := s.Attributes()
	name := [2]string{"invoke_agent", "invoke_workflow"}[i%2]
	s.SetName(name + " support-agent")
	a.PutStr("gen_ai.operation.name", name)
	a.PutStr("gen_ai.provider.name", "openai")
	a.PutStr("gen_ai.agent.name", "support-agent")
	a.PutStr("gen_ai.agent.id", "asst_5j66UpCpwteGg4YSxUnt7lPY")
	a.PutStr("gen_ai.conversation.id", "conv_5j66UpCpwteGg4YSxUnt7lPY")
	common(a)
}

func fillCall(s ptrace.Span, n int, model string) {
	s.SetName("chat " + model)
	a := s.Attributes()
	a.PutStr("gen_ai.operation.name", "chat")
	a.PutStr("gen_ai.provider.name", "openai")
	a.PutStr("gen_ai.request.model", model)
	a.PutInt("gen_ai.request.max_tokens", 4096)
	a.PutDouble("gen_ai.request.temperature", 0.2)
	a.PutStr("gen_ai.response.model", model)
	a.PutStr("gen_ai.response.id", fmt.Sprintf("chatcmpl-fakebench-aaaaaa-%d", n))
	a.PutEmptySlice("gen_ai.response.finish_reasons").AppendEmpty().SetStr("stop")
	a.PutInt("gen_ai.usage.input_tokens", int64(1200+n))
	a.PutInt("gen_ai.usage.cache_read.input_tokens", 1024)
	a.PutInt("gen_ai.usage.output_tokens", int64(85+n%50))
	a.PutStr("gen_ai.conversation.id", "conv_5j66UpCpwteGg4YSxUnt7lPY")
	a.PutStr("gen_ai.input.messages", `[{"role":"user","parts":[{"type":"text","content":"`+strings.Repeat("Where is my order? ", 40)+`"}]}]`)
	a.PutStr("gen_ai.output.messages", `[{"role":"assistant","parts":[{"type":"text","content":"`+strings.Repeat("It is on its way. ", 20)+`"}]}]`)
	a.PutStr("server.address", "api.openai.com")
	a.PutInt("server.port", 443)
	common(a)
}

func fillTool(s ptrace.Span, n int) {
	s.SetName("execute_tool lookup_order")
	a := s.Attributes()
	a.PutStr("gen_ai.operation.name", "execute_tool")
	a.PutStr("gen_ai.tool.name", "lookup_order")
	a.PutStr("gen_ai.tool.type", "function")
	a.PutStr("gen_ai.tool.call.id", fmt.Sprintf("call_%d", n))
	a.PutStr("gen_ai.tool.description", "Looks up an order by its number")
	a.PutStr("gen_ai.tool.call.arguments", `{"order":"A-1009"}`)
	common(a)
}

func fillHTTP(s ptrace.Span, n int) {
	s.SetName("GET")
	a := s.Attributes()
	a.PutStr("http.request.method", "GET")
	a.PutStr("http.request.method_original", "get")
	a.PutInt("http.response.status_code", 200)
	a.PutStr("url.full", fmt.Sprintf("https://orders.internal/v1/orders/%d?expand=items", n))
	a.PutStr("url.scheme", "https")
	a.PutStr("url.path", fmt.Sprintf("/v1/orders/%d", n))
	a.PutStr("server.address", "orders.internal")
	a.PutInt("server.port", 443)
	a.PutStr("network.protocol.name", "http")
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("network.peer.address", "10.0.3.17")
	a.PutInt("network.peer.port", 443)
	a.PutStr("user_agent.original", "node-fetch/1.0")
	a.PutInt("http.response.body.size", 5120)
	common(a)
}

func fillDB(s ptrace.Span, n int) {
	s.SetName("SELECT orders")
	a := s.Attributes()
	a.PutStr("db.system.name", "postgresql")
	a.PutStr("db.namespace", "shop")
	a.PutStr("db.operation.name", "SELECT")
	a.PutStr("db.collection.name", "orders")
	a.PutStr("db.query.text", "SELECT id, state, eta FROM orders WHERE id = $1")
	a.PutStr("db.query.summary", "SELECT orders")
	a.PutInt("db.response.returned_rows", int64(n%3))
	a.PutStr("server.address", "pg.internal")
	a.PutInt("server.port", 5432)
	a.PutStr("network.peer.address", "10.0.3.9")
	a.PutInt("network.peer.port", 5432)
	common(a)
}

// common is what a team's own span processor puts on every span.
func common(a pcommon.Map) {
	a.PutStr("thread.name", "main")
	a.PutInt("thread.id", 1)
	a.PutStr("code.function.name", "handleTicket")
	a.PutStr("code.file.path", "/app/src/tickets/handle.ts")
	a.PutInt("code.line.number", 118)
	a.PutStr("team", "support")
	a.PutStr("enduser.id", "u-20418")
	a.PutStr("app.request.id", "9f86d081884c7d65")
}
