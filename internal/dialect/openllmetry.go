package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tTraceloopKind = newText()
	tRequestType   = newText()
	jCompletion    = newText()
)

// openLLMetry is Traceloop's. Its JavaScript package for Anthropic and both for Bedrock leave cached tokens out of the input; the Python
// package for Anthropic adds them up, the one for LlamaIndex does not, and of Anthropic's streams it adds the output told at their start to
// that at their end. A stream that ends without usage has counts of its own tokenizer.
var openLLMetry = &client{
	name: "openllmetry",
	scopes: []scope{
		{name: "@traceloop/*"},
		{name: "traceloop*"},
		{name: "@traceloop/instrumentation-openai", traits: &traits{guess: ownCounts, hidesCache: always}},
		{name: "@traceloop/instrumentation-llamaindex", traits: &traits{localAgents: true, hidesCache: always}},
		{name: "@traceloop/instrumentation-langchain", traits: &traits{localAgents: true, guess: streamAddedUp, hidesCache: always}},
		{name: "@traceloop/instrumentation-together", traits: &traits{hidesCache: always}},
		{name: "opentelemetry.instrumentation.openai", traits: &traits{guess: ownTokenizer, hidesCache: elastics}},
		{name: "opentelemetry.instrumentation.openai.*", traits: &traits{localAgents: true, guess: ownTokenizer, hides: providersTool}}, // v1, v0
		{name: "opentelemetry.instrumentation.anthropic", traits: &traits{localAgents: true, guess: idFirst}},
		{name: "@traceloop/instrumentation-anthropic", traits: &traits{cacheApart: upTo("0.27.0")}},
		{name: "@traceloop/instrumentation-bedrock", traits: &traits{cacheApart: upTo("0.27.0"), hidesCache: always}},
		{name: "opentelemetry.instrumentation.groq", traits: &traits{hidesCache: always}},
		{name: "opentelemetry.instrumentation.mistralai", traits: &traits{hidesCache: before062}},
		{name: "opentelemetry.instrumentation.google_generativeai", traits: &traits{localAgents: true, hidesCache: before062}},
		{name: "opentelemetry.instrumentation.openai_agents", traits: &traits{localAgents: true, hidesCache: agentsUncached}},
		{name: "opentelemetry.instrumentation.bedrock", traits: &openLLMetryBedrock},
		{name: "opentelemetry.instrumentation.crewai*", traits: &agentsOnly},
		{name: "opentelemetry.instrumentation.agno", traits: &agentsOnly},
		{name: "opentelemetry.instrumentation.langchain", traits: &traits{localAgents: true, hides: hiddenWrites}},
		{name: "opentelemetry.instrumentation.llamaindex", traits: &traits{localAgents: true, cacheApart: (*reading).overAnthropic}},
	},
	keys: join(
		texts(tTraceloopKind, genAI, "traceloop.span.kind"),
		texts(tRequestType, genAI, "llm.request.type"),
		texts(tEntity, genAI, "traceloop.entity.name"),
		texts(tCrewUsage, plain, "crewai.crew.token_usage"),
		texts(tConversation, plain, "traceloop.association.properties.session_id"),
		texts(tFunctionName, plain, "llm.request.functions.0.name"),
		texts(jCompletion, plain, "gen_ai.completion"),
		texts(tRequestModel, genAI, "llm.request.model"), // Go's, and the others' at first
		texts(tResponseModel, genAI, "llm.response.model"),
		texts(tSystem, genAI, "llm.vendor"),
		values(vStream, plain, "gen_ai.is_streaming", "llm.is_streaming"),
	),
	models:  bareOnBedrock,
	words:   []word{{fact: tTraceloopKind, read: traceloopKind}, {fact: tRequestType}},
	answers: []text{jCompletion},
	traits:  traits{localAgents: true},
}

// elastics: Elastic's for OpenAI has the same name, versions from 1.0 on, and tells input and output only.
func elastics(r *reading) bool { return r.between("1.0", "") && r.f.texts[tRequestType] == "" }

// idFirst: what Anthropic's streams say of the output at their start and at their end Python's adds up. Not each such span says that it was a
// stream, but of streams the id of the answer is written before its model, and of whole answers after it.
func idFirst(r *reading, _ *genai.Usage) bool {
	id := false
	for key := range r.span.Attributes().All() {
		if key == genai.ResponseModel {
			return id || r.streamed()
		}
		id = id || key == genai.ResponseID
	}
	return r.streamed()
}

// Of InvokeModel no cached tokens are told, nor of Converse at 0.62.1 with the names of its conventions' 0.5.2, and of streams of Llama an output of 1.
var openLLMetryBedrock = traits{cacheApart: always, hidesCache: always, hides: func(r *reading, u *genai.Usage) string {
	maker, _, named := strings.Cut(r.op.RequestModel, ".")
	switch {
	case u.Output == 1:
		return genai.ReasonHiddenTokens
	case named && maker != "anthropic":
		return genai.ReasonUnknownRegion
	}
	return ""
}}

// bareOnBedrock: Python's takes geography and maker away from the ids of Bedrock's models, and of a profile that it does not know (global, jp)
// only the word, which makes the rest look like an id without a profile. Claude 3 has no such profiles.
func bareOnBedrock(r *reading) {
	if r.scope.traits != &openLLMetryBedrock {
		return
	}
	model := r.op.RequestModel
	if !strings.HasPrefix(model, "anthropic.claude-3") {
		model = strings.TrimPrefix(model, "anthropic.")
	}
	for _, row := range bedrockMakers {
		if strings.HasPrefix(model, row.model) {
			model = row.maker + "." + model
			break
		}
	}
	if r.op.ResponseModel == r.op.RequestModel {
		r.op.ResponseModel = model
	}
	r.op.RequestModel = model
}

// bedrockMakers are whose models begin so.
var bedrockMakers = [...]struct{ model, maker string }{
	{"nova-", "amazon"},
	{"titan-", "amazon"},
	{"llama", "meta"},
	{"mistral-", "mistral"},
	{"mixtral-", "mistral"},
	{"ministral-", "mistral"},
	{"magistral-", "mistral"},
	{"pixtral-", "mistral"},
	{"voxtral-", "mistral"},
	{"devstral-", "mistral"},
	{"r1-", "deepseek"},
	{"v3-v", "deepseek"},
	{"v3.", "deepseek"},
	{"minimax-", "minimax"},
	{"kimi-", "moonshot"},
	{"glm-", "zai"},
	{"gpt-", "openai"},
	{"qwen", "qwen"},
	{"gemma-", "google"},
	{"nemotron-", "nvidia"},
	{"palmyra-", "writer"},
	{"command-", "cohere"},
	{"jamba-", "ai21"},
}

var agentsOnly = traits{localAgents: true, agentsOnly: true}

// crewSpent: what a crew spent OpenLLMetry's for CrewAI tells as a text of Python's only.
func (r *reading) crewSpent() bool {
	s := r.f.texts[tCrewUsage]
	return s != "" && !strings.Contains(s, "total_tokens=0 ")
}

var tCrewUsage = newText()

// agentsUncached: OpenTelemetry's for OpenAI's agents has the same name and no version, and tells input and output only.
func agentsUncached(r *reading) bool { return r.scope.version == "" || r.between("", "0.61") }

func before062(r *reading) bool { return r.between("", "0.62") }

// traceloopKind: some of its packages call a model's call a task, and say the type of the request beside.
func traceloopKind(r *reading, kind string) verdict {
	if v := kindWord(r.f.texts[tRequestType]); v.kind == genai.ModelCall && r.hasPair() {
		return v
	}
	return kindWord(kind)
}

// hiddenWrites: LangChain's in Python told of Anthropic's cache only what was read, before 0.62.
func hiddenWrites(r *reading, u *genai.Usage) string {
	if u.CacheRead > 0 && r.f.tallyRanks[nCacheWrite] == 0 && r.overAnthropic() {
		return genai.ReasonHiddenTokens
	}
	return ""
}

// streamAddedUp: LangChain for JavaScript adds what a stream of Anthropic says of the output at its start to what it says at its end. Only
// whole answers have an id.
func streamAddedUp(r *reading, _ *genai.Usage) bool {
	return r.overAnthropic() && r.f.texts[tResponseID] == ""
}

// providersTool: of the Responses API Python's shows what functions were called and no tool of the provider's, and says of both that the model
// stopped for a tool.
func providersTool(r *reading, _ *genai.Usage) string {
	answer := r.f.texts[jOutputMessages]
	if r.span.Name() == "openai.response" && r.stoppedFor("tool_call") && whole(answer) && !strings.Contains(answer, `"tool_call",`) {
		return genai.ReasonUnknownFee
	}
	return ""
}

// ownCounts: JavaScript's for OpenAI has a table of its own for what an image takes, whatever the answer says.
func ownCounts(r *reading, u *genai.Usage) bool {
	name := r.span.Name()
	return strings.HasPrefix(name, "image_") || strings.HasPrefix(name, "openai.images") || ownTokenizer(r, u)
}
