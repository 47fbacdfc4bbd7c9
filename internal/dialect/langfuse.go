package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tLangfuseType   = newText()
	tLangfuseLibs   = newText()
	jLangfuseOutput = newText()
	jLangfuseAsked  = newText()
	jLangfuseUsage  = newText()
	jLangfuseCost   = newText()
	nLangfuseInput  = newTally()
	nLangfuseOutput = newTally()
)

// langfuse counts in buckets that are disjoint (buckets.go); its costs are its own estimates.
var langfuse = &client{
	name:   "langfuse",
	scopes: []scope{{name: "langfuse*"}},
	keys: join(
		texts(tLangfuseType, genAI, "langfuse.observation.type"),
		texts(tModelName, genAI, "langfuse.observation.model.name"),
		texts(tConversation, plain, "langfuse.session.id"),
		texts(tSystem, plain, "langfuse.observation.metadata.ls_provider"), // LangChain's word
		texts(jLangfuseUsage, genAI, "langfuse.observation.usage_details"),
		texts(tLangfuseLibs, plain, "langfuse.observation.metadata.versions"),
		texts(tToolsBeside, plain, "langfuse.observation.metadata.tools"),
		texts(jLangfuseAsked, plain, "langfuse.observation.model.parameters"),
		texts(jLangfuseOutput, plain, "langfuse.observation.output"),
		texts(jLangfuseCost, plain, "langfuse.observation.cost_details"),
		texts(tLevel, plain, "langfuse.observation.level"),
		texts(tMessage, plain, "langfuse.observation.status_message"),
		texts(tFirstChunkAt, plain, "langfuse.observation.completion_start_time"),
	),
	words: []word{{fact: tLangfuseType, read: langfuseKind, first: true}},
	json: []member{
		{fact: jLangfuseUsage, read: langfuseUsage, pair: true},
		{fact: jLangfuseOutput, read: langfuseSearches, text: true},
		{fact: jLangfuseAsked, read: langfuseTier, text: true},
	},
	pairs:  []pair{{in: nLangfuseInput, out: nLangfuseOutput, first: true, whole: true}},
	costs:  []cost{{in: jLangfuseCost, name: "total", parts: true}},
	traits: traits{localAgents: true, guess: langfuseAddsUp},
}

// langfuseUsage: of Google's and xAI's models thoughts may be in the total alone.
func langfuseUsage(r *reading, s string) {
	model := r.f.texts[tModelName]
	switch b := r.f.readBuckets(s); {
	case b.sized, b.summed && genai.ContainsFold(model, "claude"):
		r.op.Doubt = genai.ReasonUnknownOverlap
	case b.odd && !genai.ContainsFold(model, "gemini") && !genai.ContainsFold(model, "grok"):
		r.op.Doubt = genai.ReasonUnexplainedTotal
	}
}

// langfuseSearches: of Anthropic's answer the content is all that there is of its searches.
func langfuseSearches(r *reading, s string) {
	if strings.Contains(s, `"server_tool_use"`) {
		readAnswer(s, r.f)
	}
}

// langfuseTier: the parameters hold the tier that was asked for, over which Python's wrapper writes since 4.14 the one that answered.
func langfuseTier(r *reading, s string) {
	tier, told := textMember(s, "service_tier"), tRequestTier
	if tier == "priority" && r.between("4.14", "5") {
		told = tResponseTier
	}
	r.f.setText(told, tier)
}

// langfuseAddsUp: LangChain for JavaScript adds what a stream of Anthropic says of the output at its start to what it says at its end.
func langfuseAddsUp(r *reading, _ *genai.Usage) bool {
	return r.f.texts[tFirstChunkAt] != "" && strings.Contains(r.f.texts[tLangfuseLibs], `"@langchain/anthropic"`)
}

// langfuseKind: a tool or a retriever of which the application tells a model and its usage asks that model itself.
func langfuseKind(r *reading, t string) verdict {
	switch t {
	case "tool", "retriever":
		if r.f.texts[tModelName] != "" && r.f.texts[jLangfuseUsage] != "" {
			return verdict{genai.ModelCall, genai.OpChat}
		}
	case "span":
		return verdict{genai.Step, ""}
	case "event":
		return verdict{genai.Other, ""}
	}
	return kindWord(t)
}
