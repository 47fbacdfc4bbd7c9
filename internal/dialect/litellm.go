package dialect

import (
	"cmp"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tLitellmModel  = newText()
	tProxyKey      = newText()
	tCacheKey      = newText()
	jLitellmUsage  = newText()
	jLitellmHidden = newText()
	nLitellmInput  = newTally()
	nLitellmOutput = newTally()
	vCostLitellm   = newValue()
	vCostGenAI     = newValue()
	vCostMargin    = newValue()
)

// litellm is LiteLLM, as proxy and as library. The proxy knows the bill, to which it may add a margin for whoever runs it. It answers with
// the alias the caller asked for and says as request model what it called; that one is billed.
var litellm = &client{
	name:   "litellm",
	scopes: []scope{{name: "litellm*"}},
	keys: join(
		texts(tLitellmModel, genAI, "litellm.provider.model"),
		texts(tMark, genAI, "litellm.call_id"),
		texts(tProxyKey, plain, "metadata.user_api_key_hash", "litellm.api_key.hash", "metadata.user_api_key_alias",
			"metadata.user_api_key_team_id"),
		texts(tCacheKey, plain, "hidden_params.cache_key"),
		texts(jLitellmUsage, plain, "metadata.usage_object"),
		texts(tResponseID, plain, "llm.response.id"),
		texts(jLitellmHidden, plain, "hidden_params"),
		values(vCostLitellm, genAI, "litellm.cost.total"),
		values(vCostGenAI, genAI, "gen_ai.cost.total_cost"),
		values(vCostMargin, plain, "litellm.cost.margin_total_amount", "gen_ai.cost.margin_total_amount"),
	),
	kind:  litellmKind,
	mayBe: func(*facts) bool { return true },
	json: []member{
		{fact: jLitellmUsage, read: func(r *reading, s string) { r.f.readUsage(s, nLitellmInput, nLitellmOutput) }},
		{fact: jMetadata, read: litellmMetadata},
	},
	pairs: []pair{{in: nLitellmInput, out: nLitellmOutput}},
	costs: []cost{
		{value: vCostLitellm, less: vCostMargin, knows: func(*reading) bool { return true }},
		{value: vCostGenAI, less: vCostMargin, money: true, knows: litellmProxy},
	},
	soldBy: litellmSeller,
	models: litellmModels,
	hit:    litellmHit,
	traits: traits{hidesCache: always, guess: litellmCounts},
}

// litellmCounts: of a stream that ends without usage it counts words of its own, which have no details of the prompt.
func litellmCounts(r *reading, _ *genai.Usage) bool {
	if streams, ok := r.f.value(vStream); !ok || streams.AsString() != "True" || r.f.has(nCacheRead) {
		return false
	}
	usage := cmp.Or(r.f.texts[jLitellmUsage], r.f.texts[jMetadata])
	return strings.Contains(usage, `'prompt_tokens_details': None`) || strings.Contains(usage, `"prompt_tokens_details": null`) ||
		!strings.Contains(usage, "prompt_tokens")
}

// litellmMetadata: where it speaks OpenInference, for Arize, Phoenix and Langfuse, the counts in full are in its metadata.
func litellmMetadata(r *reading, s string) {
	if r.scope.client.name != "litellm" {
		return
	}
	p := scanJSON(s)
	for key := range p.members {
		if key == "usage_object" && p.next() == '{' {
			r.f.usageObject(&p, neither, nLitellmInput, nLitellmOutput, 0)
		} else {
			p.skip()
		}
	}
}

// litellmProxy says whether the span is of the proxy, not of the library.
func litellmProxy(r *reading) bool {
	return r.scope.client.name == "litellm" && (r.span.Name() == "Received Proxy Server Request" || r.f.texts[tProxyKey] != "")
}

// litellmKind: the request span carries the usage; the raw request below it repeats the provider's payload.
func litellmKind(r *reading) verdict {
	switch r.span.Name() {
	case "raw_gen_ai_request":
		return verdict{genai.Step, ""}
	case "Received Proxy Server Request", "litellm_request":
		if v := operationKind(r, r.f.texts[tOperation]); v.says() {
			return v
		}
		if r.f.texts[tRequestModel] != "" || r.f.texts[tResponseModel] != "" || r.hasPair() {
			return litellmCall(cmp.Or(r.f.texts[tRequestType], r.f.texts[tOperation]))
		}
	}
	return verdict{}
}

func litellmCall(t string) verdict {
	if strings.Contains(t, "embedding") {
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	}
	if strings.HasSuffix(t, "text_completion") {
		return verdict{genai.ModelCall, genai.OpTextCompletion}
	}
	return verdict{genai.ModelCall, genai.OpChat}
}

func litellmModels(r *reading) {
	if r.scope.client.name != "litellm" {
		return
	}
	m := cmp.Or(r.f.texts[tLitellmModel], r.f.texts[tRequestModel])
	if m == "" || r.deployment(m) {
		return
	}
	r.op.ResponseModel = m
}

// deployment: what it called may be a deployment of Azure's, whose name says nothing. The answer's model then is Azure's word where it has a
// date; else it may as well be the alias, and is no more than what was asked for.
func (r *reading) deployment(called string) bool {
	answered := r.f.texts[tResponseModel]
	if canonical(r.saidProvider()) != "azure.ai.openai" || providerOfModel(called[strings.LastIndexByte(called, '/')+1:]) != "" ||
		providerOfModel(answered) != "openai" {
		return false
	}
	if !strings.Contains(answered, "-20") {
		r.op.RequestModel, r.op.ResponseModel = answered, ""
	}
	return true
}

// litellmSeller: of GitHub's two, Copilot goes by a name of its own.
func litellmSeller(r *reading) string {
	if r.saidProvider() == "github" {
		return "github-models"
	}
	return ""
}

// litellmHit says whether the proxy answered from its own cache.
func litellmHit(r *reading) bool {
	key := r.f.texts[tCacheKey]
	if key == "" && r.f.texts[jLitellmHidden] != "" {
		key = textMember(r.f.texts[jLitellmHidden], "cache_key")
	}
	return key != "" && key != "None" && key != "null"
}
