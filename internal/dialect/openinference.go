package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tOpenInferenceKind   = newText()
	tMetricsModel        = newText()
	jMetadata            = newText()
	jInput               = newText()
	jInvocation          = newText()
	nOpenInferenceInput  = newTally()
	nOpenInferenceOutput = newTally()
	nCacheInput          = newTally()
	vCostPrompt          = newValue()
	vCostCompletion      = newValue()
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
		{name: "@arizeai/openinference-instrumentation-langchain*", traits: &openInferenceLangChainJS},
		{name: "openinference.instrumentation.langchain*", traits: &openInferenceLangChain},
		{name: "@arizeai/openinference-instrumentation-claude-agent-sdk*", traits: &openInferenceClaude},
		{name: "openinference.instrumentation.claude_agent_sdk*", traits: &openInferenceClaude},
		{name: "openinference.instrumentation.agno*", traits: &openInferenceAgno},
		{name: "openinference.instrumentation.pipecat*", traits: &openInferencePipecat},
		{name: "openinference.instrumentation.google_genai*", traits: &openInferenceGoogle},
		{name: "openinference.instrumentation.google_adk*", traits: &openInferenceADK},
		{name: "openinference.instrumentation.cohere*", traits: &openInferenceCohere},
		{name: "openinference.instrumentation.litellm*", traits: &openInferenceLiteLLM},
		{name: "@arizeai/openinference-instrumentation-anthropic*", traits: &openInferenceAnthropicJS},
		{name: "openinference.instrumentation.anthropic*", traits: &openInferenceAnthropic},
		{name: "openinference.instrumentation.mistralai*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.groq*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.haystack*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.portkey*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.smolagents*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.autogen_agentchat*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.crewai*", traits: &openInferenceCrewAI},
		{name: "openinference.instrumentation.beeai*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.agentspec*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.together*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.vertexai*", traits: &openInferenceUncached},
		{name: "openinference.instrumentation.openai_agents*", traits: &openInferenceUncached}, // of chat; of responses it tells them
	},
	keys: join(
		texts(tOpenInferenceKind, genAI, "openinference.span.kind"),
		texts(tResponseModel, genAI, "llm.response.model_name"),
		texts(tRequestModel, genAI, "llm.request.model_name"),
		texts(tModelName, genAI, "llm.model_name", "embedding.model_name", "reranker.model_name"),
		texts(tHost, genAI, "llm.provider"),
		texts(tNode, plain, "graph.node.id"),
		texts(tMetricsModel, plain, "metrics.model"),
		texts(jOutput, plain, "output.value"),
		texts(jMetadata, plain, "metadata"),
		texts(jInput, plain, "input.value"),
		texts(tToolSchema, plain, "llm.tools.0.tool.json_schema"),
		texts(jInvocation, plain, "llm.invocation_parameters"),
		tallies(nOpenInferenceInput, "llm.token_count.prompt"),
		tallies(nOpenInferenceOutput, "llm.token_count.completion"),
		tallies(nTotal, "llm.token_count.total"),
		tallies(nCacheRead, "llm.token_count.prompt_details.cache_read"),
		tallies(nCacheInput, "llm.token_count.prompt_details.cache_input"),
		tallies(nCacheWrite, "llm.token_count.prompt_details.cache_write"),
		tallies(nReasoning, "llm.token_count.completion_details.reasoning"),
		tallies(nInputAudio, "llm.token_count.prompt_details.audio"),
		tallies(nOutputAudio, "llm.token_count.completion_details.audio"),
		values(vCostTotal, plain, genai.CostTotal),
		values(vCostPrompt, plain, genai.CostPrompt),
		values(vCostCompletion, plain, genai.CostCompletion),
		values(vFinish, plain, "llm.finish_reason"),
	),
	kind:     openInferenceKind,
	mayBe:    func(*facts) bool { return true },
	words:    []word{{fact: tOpenInferenceKind, first: true}},
	pairs:    []pair{{in: nOpenInferenceInput, out: nOpenInferenceOutput}},
	answers:  []text{jOutput},
	costs:    []cost{{value: vCostTotal, ok: (*reading).notOurs}, {value: vCostPrompt, ok: (*reading).notOurs, and: vCostCompletion}},
	models:   openInferenceModels,
	provider: (*reading).metadataProvider,
	traits:   traits{localAgents: true},
}

// Bedrock's Converse counts as Amazon does, apart; the Anthropic stream adds the parts up and leaves them in the answer.
// Its ConverseStream has cached tokens in the total only.
var openInferenceBedrock = traits{totalHolds: true, cacheApart: func(r *reading) bool { return r.f.keys&hasOpenInferenceCache != 0 }}

var openInferenceLangChain = traits{localAgents: true, totalHolds: true, thoughtsTotal: true, guess: langchainGuess}

// What was written to a cache JavaScript's tells in the answer only.
var openInferenceLangChainJS = traits{
	localAgents: true, totalHolds: true, thoughtsTotal: true,
	guess: func(r *reading, u *genai.Usage) bool { return langchainGuess(r, u) || langchainAddsUp(r) },
	hides: func(r *reading, u *genai.Usage) string {
		if !r.withoutAnswer() {
			return ""
		}
		return untoldWrites(r, u)
	},
}

// The Claude Agent SDK has the bill on the agent's span and no calls below it.
var openInferenceClaude = traits{
	localAgents: true, usageOnAgent: true, knowsBill: true,
	costSoFar: claudeSDKTurn, agentRun: claudeSDKRun, hides: claudeSDKTurnHides,
}

// openInferenceModels: Bedrock's instrumentation names the maker where the model has an inference profile, whose price may be another;
// the id stands in the request. LangChain's names the models of some providers in its metadata only.
func openInferenceModels(r *reading) {
	if r.f.texts[tOpenInferenceKind] == "" {
		return
	}
	if s := r.f.texts[jInvocation]; strings.Contains(s, `"service_tier"`) {
		r.f.setText(tRequestTier, textMember(s, "service_tier"))
	}
	if n := r.f.tally(nCacheInput); n > 0 && r.scope.traits != &openInferenceLiteLLM {
		r.f.add(nCacheRead, n, jsonRank)
	}
	if s := r.f.texts[jInput]; r.scope.traits == &openInferenceBedrock && strings.HasPrefix(s, "{") {
		if id := textMember(s, "modelId"); id != "" {
			r.op.RequestModel, r.op.ResponseModel = id, id
		}
	}
	if s := r.f.texts[jInput]; sellerOfID(r.op.ResponseID) != "" && strings.HasPrefix(s, "{") { // the answer names the maker's model
		if id := textMember(s, "model"); id != "" {
			r.op.RequestModel = id
		}
	}
	if m := r.f.texts[tMetricsModel]; m != "" && r.op.Model() == "unknown" { // Pipecat's
		r.op.RequestModel, r.op.ResponseModel = m, ""
	}
	if s := r.f.texts[jMetadata]; r.op.Model() == "" && strings.HasPrefix(s, "{") {
		r.op.RequestModel = textMember(s, "ls_model_name")
	}
}

// Agno passes on Anthropic's own input, which leaves cached tokens out, and Google's output, which leaves out thoughts. Its total is a sum.
var openInferenceAgno = traits{localAgents: true, cacheApart: (*reading).overAnthropic, hides: func(r *reading, u *genai.Usage) string {
	if u.Reasoning == 0 && thinks(r.op.Model()) {
		return genai.ReasonHiddenTokens
	}
	return ""
}}

// metadataProvider is the provider in LangChain's words.
func (r *reading) metadataProvider() string {
	if s := r.f.texts[jMetadata]; strings.HasPrefix(s, "{") {
		return canonical(textMember(s, "ls_provider"))
	}
	return ""
}
