package dialect

import (
	"cmp"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

var (
	tVercelOperation  = newText()
	tVercelAgent      = newText()
	jVercelMetadata   = newText()
	nVercelInput      = newTally()
	nVercelOutput     = newTally()
	nVercelPrompt     = newTally()
	nVercelCompletion = newTally()
	nVercelTokens     = newTally()
)

// vercelAI is the AI SDK, versions 4 to 6, and 7 through its legacy integration. Up to 5 the input of Anthropic and Bedrock leaves out
// cached tokens; 6 and later say how many were not cached.
var vercelAI = &client{
	name:   "vercel-ai",
	scopes: []scope{{name: "ai"}},
	keys: join(
		texts(tVercelOperation, genAI, "ai.operationId"),
		texts(tVercelProvider, genAI, "ai.model.provider"),
		texts(tRequestModel, genAI, "ai.model.id"),
		texts(tResponseModel, genAI, "ai.response.model"),
		texts(tResponseID, genAI, "ai.response.id"),
		texts(tConversation, plain, "ai.telemetry.metadata.sessionId"),
		texts(tFunction, genAI, "ai.telemetry.functionId"),
		texts(tTool, plain, "ai.toolCall.name"),
		texts(tVercelAgent, plain, "ai.request.headers.user-agent"),
		texts(jVercelMetadata, plain, "ai.response.providerMetadata"),
		texts(jToolCalls, plain, "ai.response.toolCalls"),
		values(vToolsBeside, plain, "ai.prompt.tools"),
		texts(tAnswerText, plain, "ai.response.text", "ai.response.object"),
		tallies(nVercelInput, "ai.usage.inputTokens"),
		tallies(nVercelOutput, "ai.usage.outputTokens"),
		tallies(nVercelPrompt, "ai.usage.promptTokens"),
		tallies(nVercelCompletion, "ai.usage.completionTokens"),
		tallies(nVercelTokens, "ai.usage.tokens"),
		tallies(nTotal, "ai.usage.totalTokens"),
		tallies(nNoCache, "ai.usage.inputTokenDetails.noCacheTokens"),
		tallies(nCacheRead, "ai.usage.inputTokenDetails.cacheReadTokens", "ai.usage.cachedInputTokens"),
		tallies(nCacheWrite, "ai.usage.inputTokenDetails.cacheWriteTokens"),
		tallies(nReasoning, "ai.usage.outputTokenDetails.reasoningTokens", "ai.usage.reasoningTokens"),
		values(vFirstChunkMillis, plain, "ai.response.msToFirstChunk"),
		values(vFinish, plain, "ai.response.finishReason"),
	),
	words: []word{{fact: tVercelOperation, read: vercelKind, first: true}},
	json:  []member{{fact: jVercelMetadata, read: vercelMetadata}, {fact: jToolCalls, read: searchesInToolCalls, text: true}},
	pairs: []pair{
		{in: nVercelInput, out: nVercelOutput, when: (*reading).isVercel, apart: (*reading).vercelApart, first: true},
		{in: nVercelPrompt, out: nVercelCompletion, when: (*reading).isVercel, apart: (*reading).vercelApart, first: true},
		{in: nVercelTokens, out: noTally, when: (*reading).embedsVercel, first: true},
	},
	traits: traits{localAgents: true, cacheApart: (*reading).vercelApart, hidesCache: olderVercel, hides: olderVercelHides},
}

// olderVercelHides: the metadata of Bedrock tells what was written to the cache, and not what was read there.
func olderVercelHides(r *reading, u *genai.Usage) string {
	if olderVercel(r) && r.f.has(nCacheWrite) && !r.f.has(nCacheRead) && r.vercelOver("bedrock") {
		return genai.ReasonHiddenTokens
	}
	return unbilledCohere(r, u)
}

// unbilledCohere: of Cohere's answers the AI SDK tells the tokens that the model read, which are not those that are billed.
func unbilledCohere(r *reading, _ *genai.Usage) string {
	if r.op.Name == genai.OpChat && r.op.Provider == "cohere" {
		return genai.ReasonHiddenTokens
	}
	return ""
}

// vercelOTel is @ai-sdk/otel of version 7, which follows the conventions. Of an object, unlike of a text, it does not tell what was written to a cache.
var vercelOTel = &client{
	name:   "vercel-ai-otel",
	scopes: []scope{{name: "gen_ai"}},
	kind:   outerEmbeddings,
	traits: traits{localAgents: true, hides: vercelHides},
}

func vercelHides(r *reading, u *genai.Usage) string {
	return cmp.Or(unbilledCohere(r, u), untoldWrites(r, u))
}

// olderVercel: objects have no count of cached tokens, nor had texts that came at once in version 5, but what the provider's metadata tells.
func olderVercel(r *reading) bool {
	return r.isVercel() && r.f.has(nVercelPrompt) && !r.f.has(nVercelInput)
}

func (r *reading) isVercel() bool {
	return r.scope.client.name == "vercel-ai" || r.f.texts[tVercelOperation] != ""
}

// vercelApart: the AI SDK up to version 5.
func (r *reading) vercelApart() bool {
	return r.isVercel() && (r.vercelOver("anthropic") || r.vercelOver("bedrock")) && !r.vercelFrom6()
}

func (r *reading) vercelOver(provider string) bool {
	return genai.ContainsFold(r.saidProvider(), provider)
}

// vercelFrom6 reads the version that the AI SDK adds to the user agent, "shop/1 ai/6.0.326". Objects tell nothing else that differs.
func (r *reading) vercelFrom6() bool {
	for word := range strings.FieldsSeq(r.f.texts[tVercelAgent]) {
		if v, ok := strings.CutPrefix(word, "ai/"); ok {
			return versionOf(v)[0] >= 6
		}
	}
	return false
}

// vercelKind reads ai.operationId: its last part begins with "do" on the spans that talk to a model, all others hold sums.
func vercelKind(r *reading, id string) verdict {
	last := id[strings.LastIndexByte(id, '.')+1:]
	switch {
	case strings.HasPrefix(last, "doEmbed"):
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	case strings.HasPrefix(last, "doRerank"):
		return verdict{genai.Retrieval, opRerank}
	case strings.HasPrefix(last, "do"):
		return verdict{genai.ModelCall, genai.OpChat}
	case last == "toolCall":
		return verdict{genai.Tool, genai.OpExecuteTool}
	case strings.HasPrefix(last, "embed") || r.f.texts[tFunction] == "":
		return verdict{genai.Workflow, genai.OpInvokeWorkflow}
	}
	return verdict{genai.Agent, genai.OpInvokeAgent}
}

// embedsVercel: of Google's embeddings, which tell no usage, the tokens are NaN.
func (r *reading) embedsVercel() bool { return r.isVercel() && !r.f.isBad(nVercelTokens) }

// outerEmbeddings recognises the span that @ai-sdk/otel opens around its embeddings calls: it looks like a call, but only those
// inside it carry usage. Its last word may come before theirs. One that failed may be all there is, and of Google's, which tell no
// usage, the inner one looks the same but is never a root.
func outerEmbeddings(r *reading) verdict {
	switch r.f.texts[tOperation] {
	case genai.OpEmbeddings, "embedding", "embed_content":
		inner := r.saidProvider() == "gcp.gemini" && !r.span.ParentSpanID().IsEmpty()
		if !inner && !r.f.has(nInput) && r.span.Status().Code() != ptrace.StatusCodeError {
			return verdict{genai.Workflow, genai.OpInvokeWorkflow}
		}
	}
	return verdict{}
}

// vercelMetadata reads ai.response.providerMetadata: what the provider said beyond the SDK's own counts. The AI SDK keeps the
// service tier and the lifetime of cache writes only there, and version 5 all cache counts.
func vercelMetadata(r *reading, s string) {
	p := scanJSON(s)
	for name := range p.members {
		r.providerMetadata(&p, name)
	}
}

func (r *reading) providerMetadata(p *jsonScan, name string) {
	if !p.enter('{') {
		p.skip()
		return
	}
	for {
		key, ok := p.key()
		if !ok {
			return
		}
		switch key {
		case "usage", "usageMetadata", "usage_metadata":
			at := p.i
			r.f.providerUsage(p)
			if knowsBill(name) {
				r.bill(billOf(p.s[at:p.i]))
			}
		case "serviceTier", "service_tier":
			r.f.setText(tResponseTier, p.text())
		case "groundingMetadata", "grounding_metadata":
			r.f.grounding(p)
		case "costInUsdTicks":
			r.f.ticks(p)
		case "iterations":
			r.f.usageList(p, key)
		case "cost":
			r.metadataCost(p, name)
		default:
			r.f.subCount(p, key)
		}
	}
}

// knowsBill says whose metadata tell what was billed in US dollars.
func knowsBill(name string) bool {
	return name == "openrouter" || name == "gateway" || name == "perplexity"
}

// metadataCost reads the bill: a number, or Perplexity's parts and their sum.
func (r *reading) metadataCost(p *jsonScan, name string) {
	p.next()
	at := p.i
	usd, ok := p.number()
	if p.s[at] == '{' {
		usd, ok = memberNumber(p.s[at:p.i], "totalCost")
	}
	if knowsBill(name) {
		r.bill(usd, ok)
	}
}

// billOf is what OpenRouter's usage says it cost. With a key of one's own its cost is only its fee; the provider's bill stands beside.
func billOf(usage string) (usd float64, ok bool) {
	usd, ok = memberNumber(usage, "cost")
	p := scanJSON(usage)
	own, upstream := false, 0.0
	if !p.enter('{') {
		return 0, false
	}
	for {
		key, more := p.key()
		if !more {
			break
		}
		switch key {
		case "isByok", "is_byok":
			s, _ := p.scalar()
			own = s == "true" || s == "True"
		case "cost":
			p.next()
			at := p.i
			p.skip()
			if n, has := memberNumber(p.s[at:p.i], "total_cost"); has {
				usd, ok = n, true
			}
		case "costDetails", "cost_details":
			p.next()
			at := p.i
			p.skip()
			for _, name := range [...]string{"upstreamInferenceCost", "upstream_inference_cost"} {
				if n, has := memberNumber(p.s[at:p.i], name); has {
					upstream = n
				}
			}
		default:
			p.skip()
		}
	}
	if !own {
		return usd, ok
	}
	return usd + upstream, upstream > 0
}

// subCount consumes a member that may be a sub-count of its own.
func (f *facts) subCount(p *jsonScan, key string) {
	switch t := usageTally(key, neither); t {
	case nCacheRead, nCacheWrite, nReasoning:
		if n, ok := p.count(); ok {
			f.add(t, n, jsonRank)
		}
	default:
		p.skip()
	}
}

func (r *reading) bill(usd float64, ok bool) {
	if ok && usable(usd) {
		r.op.ReportedUSD, r.op.CostSource = usd, CostBill
	}
}
