package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tMastraType = newText()
	jMastraBody = newText()
)

// mastra follows the conventions, with steps of its own between agent and call. It has its counts from the AI SDK's models: those of the
// SDK's version 5 leave cached tokens out of the input of Anthropic and Bedrock, and those of Bedrock do not tell what was written; those of 6
// leave nothing out. Which one it was stands on the step around the call.
var mastra = &client{
	name:   "mastra",
	scopes: []scope{{name: "@mastra/*"}},
	keys: join(
		texts(tMastraType, genAI, "mastra.span.type"),
		texts(tConversation, plain, "mastra.metadata.sessionId", "mastra.metadata.threadId"),
		texts(tToolCallID, plain, "mastra.metadata.toolCallId"), // of a piece of the stream, which alone told of the provider's tools before 1.17
		texts(tTool, plain, "mastra.metadata.toolName"),
		texts(tToolResult, plain, "mastra.model_chunk.output"),
		texts(jMastraBody, plain, "mastra.metadata.body"), // of a step whose answer came at once
		texts(tFirstChunkAt, plain, "mastra.completion_start_time"),
		tallies(nCacheWrite5m, "gen_ai.usage.cache_creation.5m_input_tokens"),
		tallies(nCacheWrite1h, "gen_ai.usage.cache_creation.1h_input_tokens"),
		tallies(nInputAudio, "gen_ai.usage.audio_input_tokens"),
		tallies(nOutputAudio, "gen_ai.usage.audio_output_tokens"),
	),
	kind:   mastraParts,
	ofRun:  func(r *reading) bool { return r.f.texts[tMastraType] == "model_generation" },
	step:   mastraServed,
	words:  []word{{fact: tMastraType}},
	traits: traits{localAgents: true, cacheApart: mastraApart, hides: mastraHides},
}

// mastraParts: @mastra/arize calls steps and pieces of a stream models too, and before inferences were what counts they named no model. Only
// their sum tells usage, and is what counts.
func mastraParts(r *reading) verdict {
	switch r.f.texts[tMastraType] {
	case "model_step", "model_chunk", "model_inference":
		if !r.hasPair() && (r.f.texts[tOpenInferenceKind] != "" || !r.f.hasModel()) {
			return verdict{genai.Step, ""}
		}
	}
	return verdict{}
}

// mastraServed reads from a step how the call in it was served, which the call does not tell.
func mastraServed(r *reading) {
	f := r.f
	if f.texts[tMastraType] != "model_step" || f.texts[jMastraBody] == "" {
		return
	}
	p := scanJSON(f.texts[jMastraBody])
	for key := range p.members {
		switch key {
		case "service_tier", "serviceTier":
			f.setText(tResponseTier, tierOf(&p))
		case "usage", "usageMetadata":
			for key := range p.members {
				if !f.served(&p, key) {
					p.skip()
				}
			}
		default:
			p.skip()
		}
	}
	r.op.TierInside = strings.ToLower(f.texts[tResponseTier])
	if f.textRanks[tRegion] == jsonRank {
		r.op.MadeIn = f.texts[tRegion]
	}
}

// mastraApart: before its version 1 there were no other models than those that count apart; Bedrock's that do so tell no writes.
func mastraApart(r *reading) bool {
	f := r.f
	if !r.soldNet() {
		return false
	}
	return r.between("", "1.0.0") || mastraBedrock5(r) || f.tally(nCacheRead)+f.tally(nCacheWrite) > max(f.tally(nInput), f.tally(nOpenInferenceInput))
}

func mastraBedrock5(r *reading) bool {
	return !genai.ContainsFold(r.saidProvider(), "anthropic") && !r.f.has(nCacheWrite)
}

// mastraHides: of Anthropic's it adds up the parts itself where nothing was read from the cache; else both versions look alike.
func mastraHides(r *reading, u *genai.Usage) string {
	switch {
	case !r.soldNet():
		return ""
	case r.between("", "1.0.0") || mastraBedrock5(r):
		return genai.ReasonHiddenTokens
	case u.CacheRead > 0 && genai.ContainsFold(r.saidProvider(), "anthropic") && !mastraApart(r):
		return genai.ReasonUnknownOverlap
	}
	return ""
}
