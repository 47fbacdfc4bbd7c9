package dialect

import (
	"cmp"
	"strings"
	"sync"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// reading is one span being read. It is kept with its facts, as the functions of clients let it escape.
type reading struct {
	scope Scope
	span  ptrace.Span
	op    *Call
	f     *facts
	facts facts

	sent, filled counts // where counts are put together
}

// readings keeps what is too large to be zeroed for every span.
var readings = sync.Pool{New: func() any {
	r := new(reading)
	r.f = &r.facts
	return r
}}

// Read fills op (all of it) from span and says whether the span is GenAI; where it is not, op is not to be read. It runs over the
// attributes once, allocates nothing, and never fails: what makes no sense is said in op.UsageState. op's strings share the span's memory.
func Read(scope *Scope, span ptrace.Span, op *Call) bool {
	if foreign(scope, span) {
		return false
	}
	*op = Call{}
	r := readings.Get().(*reading) //nolint:forcetypeassert // nothing else is in the pool
	r.scope, r.span, r.op = *scope, span, op
	r.f.collect(span.Attributes(), scope.client.bit)
	r.signed()
	known := r.read()
	r.f.reset()
	r.scope, r.span, r.op = Scope{}, ptrace.Span{}, nil
	readings.Put(r)
	return known
}

// signed finds the client by what only its spans have, where the scope does not say who it is.
func (r *reading) signed() {
	if r.scope.client != nobody {
		return
	}
	for _, c := range signs {
		if c.sign(r) {
			r.scope.client, r.scope.traits = c, &c.traits
			return
		}
	}
}

func (r *reading) read() bool {
	f, op := r.f, r.op
	op.Keys = f.keys
	var v verdict
	if f.marked || r.mayBeGenAI() {
		v = r.kind()
	}
	if !v.says() {
		return r.claimsCost()
	}
	op.Kind, op.Name = v.kind, v.name
	if op.Kind == genai.ModelCall {
		r.call()
	} else {
		r.part()
	}
	r.written()
	r.hiddenHalf(r.failure())
	r.timing()
	r.stale(statusFailed(r.span))
	return true
}

// claimsCost makes a span that only claims a cost GenAI: the claim must not add to the total of its trace.
func (r *reading) claimsCost() bool {
	if !r.op.Has(HasOwnedCost) {
		return false
	}
	r.op.Kind = genai.Other
	r.cost()
	r.written()
	return true
}

// mayBeGenAI looks at spans without any attribute that only GenAI spans have.
func (r *reading) mayBeGenAI() bool {
	f := r.f
	return r.scope.client.mayBe != nil && r.scope.client.mayBe(f) || f.valueRanks[vCacheHit] != 0 || f.texts[tCacheOperation] != "" ||
		f.texts[tMCPMethod] == mcpToolCall || nameHints(r.span.Name())
}

// call reads a model call.
func (r *reading) call() {
	if r.span.Events().Len() > 0 && !r.hasPair() {
		r.usageOfEvents()
	}
	if r.f.said.meets(&memberTexts) {
		for i := range members {
			if s := r.f.texts[members[i].fact]; s != "" {
				members[i].read(r, s)
			}
		}
	}
	r.op.Sequel, r.op.Loose = r.scope.traits.sequels, r.scope.traits.loose || r.served() || isMemory(r.f.texts[tOperation])
	r.models()
	r.provider()
	r.usage()
	if r.op.CostSource == CostNone {
		r.cost()
	}
	r.op.Fetched, r.op.Sampled = r.fetched(), r.sampled()
	r.names()
	r.op.ServiceTier = r.tier()
	r.op.OfRun = r.op.OfRun || r.op.Name == genai.OpInvokeAgent || r.op.Name == genai.OpInvokeWorkflow || r.scope.client.ofRun != nil && r.scope.client.ofRun(r)
	r.region()
	r.op.Server, r.op.URL = r.f.texts[tServer], r.f.texts[tURL]
	r.op.CacheHit = r.f.kept || r.scope.client.hit != nil && r.scope.client.hit(r)
	if r.op.CacheHit { // LiteLLM repeats the first answer's cost on an answer from its cache
		r.op.CostSource, r.op.ReportedUSD = CostNone, 0
	}
}

// fetched says that the span is of an answer that OpenAI keeps, and gives again by its id.
func (r *reading) fetched() bool {
	id := r.op.ResponseID
	if !strings.HasPrefix(id, "resp_") {
		return false
	}
	for _, s := range [...]string{r.span.Name(), r.f.texts[tOperation]} {
		if genai.ContainsFold(s, "retrieve") && genai.ContainsFold(s, "response") {
			return true
		}
	}
	return r.f.texts[tURL] != "" && strings.Contains(r.f.texts[tURL], "/responses/"+id)
}

// served says of what nobody is known to write that it is on the span of an HTTP request that the application served: it may add up calls.
func (r *reading) served() bool {
	if r.span.Kind() != ptrace.SpanKindServer {
		return false
	}
	method, _, _ := strings.Cut(r.span.Name(), " ")
	return (method == "POST" || method == "GET") && r.unlisted()
}

// region fills in that of the endpoint. An attribute for it says where the application runs; of clouds that is where it asks. What an
// answer says of it a second gateway may not read any more.
func (r *reading) region() {
	f, op := r.f, r.op
	switch {
	case f.textRanks[tRegion] == jsonRank:
		op.MadeIn = f.texts[tRegion]
		op.Region = op.MadeIn
	case f.texts[tInferenceGeo] == "us":
		op.MadeIn, op.Region = "us", "us"
	case op.Provider == "aws.bedrock" || op.Provider == "gcp.vertex_ai":
		op.Region = f.texts[tRegion]
	}
	if f.texts[tOurRegion] != "" {
		op.MadeIn = f.texts[tOurRegion]
		op.Region = op.MadeIn
	}
}

// part reads what is no model call: it may repeat the usage of the calls below it and counts nothing itself.
func (r *reading) part() {
	f, op := r.f, r.op
	op.RequestModel, op.ResponseModel, op.ResponseID = f.texts[tRequestModel], f.texts[tResponseModel], f.texts[tResponseID]
	for _, t := range [...]text{tProvider, tHost, tSystem, tVercelProvider} {
		if op.Provider = canonical(f.texts[t]); op.Provider != "" {
			break
		}
	}
	r.names()
	r.cost()
	switch op.Kind {
	case genai.Agent, genai.Workflow:
		r.sums()
	case genai.Step:
		op.Passes = r.scope.client.passes != nil && r.scope.client.passes(r)
		op.Claims = (r.unlisted() || r.scope.traits.agentsOnly) && r.hasPair()
		if r.scope.client.step != nil {
			r.scope.client.step(r)
		}
		if f.texts[tMastraType] == "model_chunk" {
			r.ranAtProvider()
		}
	case genai.Tool:
		r.ranAtProvider()
		r.mcpRelay()
	}
	if op.Kind == genai.Cache {
		r.cacheOperation()
	}
}

// sums fills Claims and Sum.
func (r *reading) sums() {
	if r.unlisted() || r.scope.traits.agentsOnly {
		r.op.Claims = r.op.CostSource != CostNone || r.hasPair() || r.crewSpent()
	} else if i, state := r.pair(0); state == genai.UsageKnown {
		r.op.Sum = r.f.tally(pairs[i].out)
	}
}

// names fills Agent, Tool and Conversation.
func (r *reading) names() {
	f, op := r.f, r.op
	op.Agent = f.texts[tAgent]
	if op.Agent == "" {
		op.Agent = f.texts[tFunction]
	}
	if op.Kind == genai.Agent && op.Agent == "" {
		op.Agent = r.named("agent_request:", tEntity, tAgentType, tNode)
	}
	if op.Kind == genai.Tool {
		if op.Tool = cmp.Or(f.texts[tTool], r.mcpTool()); op.Tool == "" {
			op.Tool = r.named("tool_execution:", tEntity)
		}
	}
	if op.Conversation = f.texts[tConversation]; op.Conversation == "" {
		op.Conversation = f.texts[tLastConversation]
	}
}

// named falls back to the dialects that name an agent or a tool elsewhere, last in the span's name.
func (r *reading) named(prefix string, ts ...text) string {
	for _, t := range ts {
		if s := r.f.texts[t]; s != "" {
			return s
		}
	}
	name := r.span.Name()
	if rest, ok := strings.CutPrefix(name, prefix); ok {
		return rest
	}
	if r.f.said.meets(&kindTexts) {
		return name
	}
	if rest, ok := strings.CutPrefix(name, r.op.Name+" "); ok {
		return rest
	}
	return ""
}

// tier is the service tier that answered, else the one asked for unless that leaves the choice to the provider.
func (r *reading) tier() string {
	if s := r.f.texts[tSpeed]; s == "fast" {
		return s
	}
	if s := r.f.texts[tResponseTier]; s != "" {
		if r.f.texts[tOurReason] == genai.ReasonUnknownTier { // as a first gateway found
			r.unsureTier()
		}
		return strings.ToLower(once(s))
	}
	s := strings.ToLower(once(r.f.texts[tRequestTier]))
	switch s {
	case "auto":
		return ""
	case "priority": // of which some is served, and billed, like any other
		r.unsureTier()
	}
	return s
}

func (r *reading) unsureTier() {
	if r.op.Doubt == "" {
		r.op.Doubt = genai.ReasonUnknownTier
	}
}

// cacheOperation fills CacheOperation and CacheHit of a span of an application's cache.
func (r *reading) cacheOperation() {
	f, op := r.f, r.op
	op.CacheOperation = genai.CacheGet
	for _, s := range [...]string{f.texts[tCacheOperation], r.span.Name()} {
		if genai.ContainsFold(s, "set") || genai.ContainsFold(s, "put") || genai.ContainsFold(s, "write") || genai.ContainsFold(s, "store") {
			op.CacheOperation = genai.CacheSet
		}
		if s != "" {
			break
		}
	}
	if v, ok := f.value(vCacheHit); ok {
		op.CacheHit = v.Type() == pcommon.ValueTypeBool && v.Bool() || v.Type() == pcommon.ValueTypeStr && strings.EqualFold(v.Str(), "true")
	} else {
		op.CacheHit = strings.EqualFold(f.texts[tCacheResult], genai.CacheHit)
	}
}

// written reads what llmcost has put on the span before.
func (r *reading) written() {
	f, op := r.f, r.op
	op.Status = f.texts[tOurStatus]
	op.Reason = f.texts[tOurReason]
}
