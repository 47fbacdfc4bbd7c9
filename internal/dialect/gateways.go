package dialect

import (
	"cmp"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Gateways and proxies that tell of the calls they pass on, and no bill.

var (
	tGatewayProvider = newText()
	tBifrost         = newText()
	jCloudflare      = newText()
	tHigressModel    = newText()
)

// envoyGateway is Envoy's AI gateway in either of its two vocabularies. What it was asked in Anthropic's protocol it tells as Anthropic counts,
// without cached tokens, whoever answered; what it was asked in OpenAI's with them. The reason why the model stopped is in the protocol's words.
var envoyGateway = &client{
	name:   "envoy-ai-gateway",
	scopes: []scope{{name: "envoyproxy/ai-gateway"}},
	traits: traits{cacheApart: (*reading).stoppedAsAnthropic, hides: func(r *reading, u *genai.Usage) string {
		if _, told := r.f.value(vFinish); told || r.f.texts[tOpenInferenceKind] != "" {
			return ""
		}
		return eitherOverlap(r, u)
	}},
}

// stoppedAsAnthropic says whether the model stopped for a reason that is told in Anthropic's words.
func (r *reading) stoppedAsAnthropic() bool {
	v, ok := r.f.value(vFinish)
	if ok && v.Type() == pcommon.ValueTypeSlice && v.Slice().Len() > 0 {
		v = v.Slice().At(0)
	}
	if !ok || v.Type() != pcommon.ValueTypeStr {
		return false
	}
	switch v.Str() {
	case "end_turn", "max_tokens", "tool_use", "stop_sequence", "pause_turn", "refusal", "model_context_window_exceeded":
		return true
	}
	return false
}

// tensorZero adds up what its providers count and tells no parts; its price is one that the user has configured.
var tensorZero = &client{
	name:   "tensorzero",
	scopes: []scope{{name: "tensorzero*"}},
	keys:   values(vCostOther, genAI, "tensorzero.cost_usd"),
	traits: traits{hidesCache: always},
}

// bifrost names its scope as the user names the service. It counts inclusively whoever answered; of versions before
// it names the provider in its own words that is not sure.
var bifrost = &client{
	name:   "bifrost",
	scopes: []scope{{name: "bifrost*"}},
	sign:   func(r *reading) bool { return r.f.texts[tBifrost] != "" },
	keys:   texts(tBifrost, plain, "bifrost.provider.name"),
	traits: traits{hides: func(r *reading, u *genai.Usage) string {
		if r.f.texts[tBifrost] != "" {
			return ""
		}
		return eitherOverlap(r, u)
	}},
}

// cloudflare's AI gateway names no scope that is known. It tells input and output as the provider counts them, and the answer where it may.
var cloudflare = &client{
	name: "cloudflare",
	sign: func(r *reading) bool { return r.f.texts[tGatewayProvider] != "" },
	keys: join(
		texts(tGatewayProvider, genAI, "gen_ai.model.provider"),
		texts(jCloudflare, plain, "gen_ai.completion_json"),
	),
	answers: []text{jCloudflare},
	traits:  traits{hidesCache: always, cacheApart: (*reading).soldNet, hides: asCounted},
}

// kong's AI gateway tells input and output as the provider counts them, and the answer where it may.
var kong = &client{
	name:   "kong",
	scopes: []scope{{name: kongScope}},
	json:   []member{{fact: jOutputMessages, read: kongAnswer, text: true}},
	traits: traits{hidesCache: always, cacheApart: (*reading).soldNet, hides: asCounted},
}

const kongScope = "kong-internal"

// kongAnswer: what others use for messages holds the provider's answer.
func kongAnswer(r *reading, s string) {
	if r.scope.name == kongScope {
		p := scanJSON(s)
		r.f.providerAnswer(&p)
	}
}

// portkey's gateway passes on what is in the usage of its answer: Anthropic's input without cached tokens, Bedrock's with them where it was asked in
// OpenAI's protocol, Google's candidates without thoughts.
var portkey = &client{
	name:   "portkey",
	scopes: []scope{{name: "custom.genai.instrumentation"}},
	traits: traits{hidesCache: always, cacheApart: func(r *reading) bool {
		return r.soldNetOrGoogle() && r.op.Provider != "aws.bedrock"
	}, hides: asCounted},
}

// agentGateway counts as those do whom it asked: Anthropic, Bedrock, and Claude's models at Google and GitHub without cached tokens, any other server
// as its protocol is. Thoughts are in its output.
var agentGateway = &client{
	name:   "agentgateway",
	scopes: []scope{{name: "agentgateway"}},
	keys:   values(vCostOther, genAI, "agw.ai.usage.cost.total"),
	traits: traits{
		cacheApart: func(r *reading) bool {
			return r.soldNetOrGoogle() || r.overAnthropic() && r.saidProvider() == "copilot"
		},
		hides: func(r *reading, u *genai.Usage) string {
			if r.saidProvider() == "custom" {
				return asCounted(r, u)
			}
			return hiddenThoughts(r, u)
		},
	},
}

// higress is Alibaba's gateway, which writes on the span of the request, under whatever scope.
var higress = &client{
	name:   "higress",
	sign:   func(r *reading) bool { return r.f.texts[tHigressModel] != "" },
	keys:   texts(tHigressModel, genAI, "gen_ai.model_name"),
	traits: traits{hidesCache: always, hides: asCounted},
}

// plano is Katanemo's gateway (Arch), whose counts are those of the answer that it passes on: Anthropic's and Amazon's without cached tokens, of
// which it tells where it was asked in their protocol.
var plano = &client{
	name:   "plano",
	scopes: []scope{{name: "brightstaff"}},
	own: join(
		texts(tConversation, plain, "plano.session_id"),
		values(vFirstChunkMillis, plain, "llm.time_to_first_token"),
		values(vCostOther, plain, "llm.usage.total_cost_usd"),
	),
	traits: traits{hidesCache: always, cacheApart: (*reading).soldNet},
}

// traceloopHub is Traceloop's gateway, which tells the two counts of the provider and a total, and of streams no usage.
var traceloopHub = &client{
	name:   "traceloop-hub",
	scopes: []scope{{name: "traceloop_hub"}},
	traits: traits{hidesCache: always, cacheApart: (*reading).soldNet, hides: asCounted},
}

// asCounted is for gateways whose counts are the provider's or those of their own protocol, which of them is not told.
func asCounted(r *reading, u *genai.Usage) string {
	return cmp.Or(eitherOverlap(r, u), hiddenThoughts(r, u))
}
