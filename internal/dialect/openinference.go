package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tOpenInferenceKind   = newText()
	jMetadata            = newText()
	nOpenInferenceInput  = newTally()
	nOpenInferenceOutput = newTally()
)

// openInference is Arize's instrumentations in all their languages, and whoever writes their attributes. LangChain's says provider and,
// for some, model only in its metadata.
var openInference = &client{
	name: "openinference",
	scopes: []scope{
		{name: "@arizeai/openinference*"},
		{name: "openinference.*"},
		{name: "@arizeai/openinference-instrumentation-bedrock*", traits: &openInferenceBedrock},
		{name: "openinference.instrumentation.bedrock*", traits: &openInferenceBedrock},
	},
	keys: join(
		texts(tOpenInferenceKind, genAI, "openinference.span.kind"),
		texts(tResponseModel, genAI, "llm.response.model_name"),
		texts(tRequestModel, genAI, "llm.request.model_name"),
		texts(tModelName, genAI, "llm.model_name", "embedding.model_name", "reranker.model_name"),
		texts(tHost, genAI, "llm.provider"),
		texts(tNode, plain, "graph.node.id"),
		texts(jOutput, plain, "output.value"),
		texts(jMetadata, plain, "metadata"),
		tallies(nOpenInferenceInput, "llm.token_count.prompt"),
		tallies(nOpenInferenceOutput, "llm.token_count.completion"),
		tallies(nTotal, "llm.token_count.total"),
		tallies(nCacheRead, "llm.token_count.prompt_details.cache_read", "llm.token_count.prompt_details.cache_input"),
		tallies(nCacheWrite, "llm.token_count.prompt_details.cache_write"),
		tallies(nReasoning, "llm.token_count.completion_details.reasoning"),
		tallies(nInputAudio, "llm.token_count.prompt_details.audio"),
		tallies(nOutputAudio, "llm.token_count.completion_details.audio"),
		values(vCostTotal, plain, genai.CostTotal),
		values(vFinish, plain, "llm.finish_reason"),
	),
	words:    []word{{fact: tOpenInferenceKind, first: true}},
	pairs:    []pair{{in: nOpenInferenceInput, out: nOpenInferenceOutput}},
	answers:  []text{jOutput},
	costs:    []cost{{value: vCostTotal, ok: (*reading).notOurs}},
	provider: (*reading).metadataProvider,
	traits:   traits{localAgents: true},
}

// Bedrock's Converse counts as Amazon does, apart; the Anthropic stream adds the parts up and leaves them in the answer.
var openInferenceBedrock = traits{cacheApart: func(r *reading) bool { return r.f.keys&hasOpenInferenceCache != 0 }}

// metadataProvider is the provider in LangChain's words.
func (r *reading) metadataProvider() string {
	if s := r.f.texts[jMetadata]; strings.HasPrefix(s, "{") {
		return canonical(textMember(s, "ls_provider"))
	}
	return ""
}
