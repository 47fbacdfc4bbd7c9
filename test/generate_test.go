package test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/provider"
)

const opCache = "cache" // beside the convention's names of operations

// operation is one thing that an agent did, as its span tells it.
type operation struct {
	service, version string
	name             string // genai.OpChat, OpInvokeAgent, OpExecuteTool or opCache
	provider, model  string
	agent, tool      string
	trace            [16]byte
	id, parent       [8]byte
	start            time.Time
	took             time.Duration
	firstChunk       time.Duration // 0: not streamed
	fault            string        // error.type
	usage            provider.Usage
	resent           int64 // attempts before this one, as the client counts them
	set, hit         bool  // of a cache
	score            float64
	evaluation       string
}

// population makes up operations from a seed.
type population struct {
	*rand.Rand
	services []profile
	begin    time.Time // operations begin in the spread after it
	spread   time.Duration
}

// profile is what the operations of a service are like.
type profile struct {
	service  string
	median   float64 // seconds
	failures float64 // share
}

// faults are what goes wrong, and the status that it is counted as.
var faults = []struct{ kind, status string }{
	{"server_error", genai.CallError}, {"TimeoutError", genai.CallTimeout}, {"RateLimitError", genai.CallRateLimited},
}

var models = []struct{ provider, model string }{
	{"openai", "gpt-4o-mini-2024-07-18"},
	{"openai", "gpt-5-mini-2025-08-07"},
	{"anthropic", "claude-sonnet-4-5-20250929"},
	{"openai", "our-own-model"}, // has no price
}

// next is one turn of an agent: mostly one operation, two where a call failed and was made again.
func (p *population) next() []operation {
	who := p.services[p.IntN(len(p.services))]
	o := operation{service: who.service, version: "1.0", start: p.begin.Add(time.Duration(p.Int64N(int64(p.spread))))}
	p.identify(&o)
	o.took = time.Duration(who.median * math.Exp(0.8*p.NormFloat64()) * 1e9)
	if p.Float64() < who.failures {
		o.fault = faults[p.IntN(len(faults))].kind
	}
	switch p.IntN(10) {
	case 0:
		o.name, o.agent = genai.OpInvokeAgent, pick(p, "planner", "writer")
		o.evaluation, o.score = pick(p, "helpfulness", "safety"), float64(p.IntN(101))/100
	case 1, 2:
		o.name, o.tool = genai.OpExecuteTool, pick(p, "search", "calculator")
	case 3:
		o.name, o.set, o.hit, o.fault = opCache, p.IntN(3) == 0, p.IntN(2) == 0, ""
	default:
		return p.call(o)
	}
	return []operation{o}
}

func (p *population) call(o operation) []operation {
	m := models[p.IntN(len(models))]
	o.name, o.provider, o.model = genai.OpChat, m.provider, m.model
	binary.LittleEndian.PutUint64(o.parent[:], p.Uint64()|1)
	if o.fault != "" {
		if p.IntN(2) == 0 { // and it is not tried again
			return []operation{o}
		}
		again := o
		binary.LittleEndian.PutUint64(again.id[:], p.Uint64()|1)
		again.start = o.start.Add(o.took)
		again.fault = ""
		p.answer(&again)
		return []operation{o, again}
	}
	p.answer(&o)
	if p.IntN(20) == 0 {
		o.resent = 1 + p.Int64N(2)
	}
	return []operation{o}
}

// answer is what came back from the model.
func (p *population) answer(o *operation) {
	u := &o.usage
	u.Input, u.Output = 1+p.Int64N(20_000), 1+p.Int64N(2000)
	if p.IntN(2) == 0 {
		u.CacheRead = p.Int64N(u.Input + 1)
	}
	if o.provider == "anthropic" && p.IntN(4) == 0 {
		u.CacheWrite5m = p.Int64N(u.Input - u.CacheRead + 1)
	}
	if p.IntN(3) == 0 {
		u.Reasoning = p.Int64N(u.Output + 1)
	}
	if p.IntN(2) == 0 {
		o.firstChunk = 1 + time.Duration(p.Float64()*float64(o.took))
	}
}

func (p *population) identify(o *operation) {
	binary.LittleEndian.PutUint64(o.trace[:], p.Uint64()|1)
	binary.LittleEndian.PutUint64(o.id[:], p.Uint64()|1)
}

func pick(p *population, from ...string) string { return from[p.IntN(len(from))] }

// payload has a span of every operation, in their order.
func payload(ops []operation) ptrace.Traces {
	traces := ptrace.NewTraces()
	var spans ptrace.SpanSlice
	for i := range ops {
		if o := &ops[i]; i == 0 || o.service != ops[i-1].service || o.version != ops[i-1].version {
			resource := traces.ResourceSpans().AppendEmpty()
			resource.Resource().Attributes().PutStr(genai.ServiceName, o.service)
			resource.Resource().Attributes().PutStr(genai.ServiceVersion, o.version)
			spans = resource.ScopeSpans().AppendEmpty().Spans()
		}
		ops[i].write(spans.AppendEmpty())
	}
	return traces
}

func (o *operation) write(span ptrace.Span) {
	span.SetTraceID(o.trace)
	span.SetSpanID(o.id)
	span.SetParentSpanID(o.parent)
	span.SetName(o.name)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(o.start))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(o.start.Add(o.took)))
	attrs := span.Attributes()
	attrs.EnsureCapacity(12)
	put := func(key, value string) {
		if value != "" {
			attrs.PutStr(key, value)
		}
	}
	if o.fault != "" {
		span.Status().SetCode(ptrace.StatusCodeError)
		put(genai.ErrorType, o.fault)
	}
	switch o.name {
	case opCache:
		put("cache.operation", map[bool]string{false: genai.CacheGet, true: genai.CacheSet}[o.set])
		if !o.set {
			attrs.PutBool("cache.hit", o.hit)
		}
		return
	case genai.OpChat:
		span.SetKind(ptrace.SpanKindClient)
		o.writeUsage(attrs)
	}
	put(genai.OperationName, o.name)
	put(genai.ProviderName, o.provider)
	put(genai.RequestModel, o.model)
	put(genai.AgentName, o.agent)
	put(genai.ToolName, o.tool)
	if o.evaluation != "" {
		event := span.Events().AppendEmpty()
		event.SetName(genai.EvaluationEvent)
		event.Attributes().PutStr(genai.EvaluationName, o.evaluation)
		event.Attributes().PutDouble(genai.EvaluationScore, o.score)
	}
}

func (o *operation) writeUsage(attrs pcommon.Map) {
	for key, n := range map[string]int64{
		genai.UsageInput: o.usage.Input, genai.UsageOutput: o.usage.Output, genai.UsageCacheRead: o.usage.CacheRead,
		genai.UsageCacheWrite: o.usage.CacheWrite5m, genai.UsageReasoning: o.usage.Reasoning, "http.request.resend_count": o.resent,
	} {
		if n > 0 {
			attrs.PutInt(key, n)
		}
	}
	if o.firstChunk > 0 {
		attrs.PutDouble("gen_ai.response.time_to_first_chunk", o.firstChunk.Seconds())
	}
}
