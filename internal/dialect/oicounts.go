package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var nEstimatedInput = newTally()

// What OpenInference's instrumentations count otherwise than their conventions say, and what they do not tell. docs/usage-by-sender.md has
// the places in their sources.

// The one for Google's SDK added cached tokens to a prompt that holds them, and before that left out of it what tools put into the prompt,
// which is in the total.
var openInferenceGoogle = traits{localAgents: true, corrects: func(r *reading, c *counts) {
	switch {
	case c.pair.in != nOpenInferenceInput:
	case r.between("0.1.12", "0.1.16"):
		if c.in >= 2*c.read {
			c.in, c.total = c.in-c.read, 0
		}
	case r.between("0.1.4", "0.1.9") && c.total > c.in+c.out:
		c.in = c.total - c.out
	}
}, hides: func(r *reading, _ *genai.Usage) string {
	if strings.Contains(r.f.texts[jOutput], `"automatic_function_calling_history":[{`) { // the SDK ran tools, and the last call is all that is told
		return genai.ReasonHiddenTokens
	}
	return ""
}}

// The one for the ADK added thinking tokens to the output that LiteLLM gives with them.
var openInferenceADK = traits{localAgents: true, hidesCache: (*reading).withoutAnswer, corrects: func(r *reading, c *counts) {
	if c.pair.in == nOpenInferenceInput && r.between("", "0.1.18") && c.total > 0 && c.total == c.in+c.out-c.reasoning {
		c.out -= c.reasoning
	}
}}

// openInferenceKind: of a call or a tool that failed the one for the ADK tells the name only; the one for LlamaIndex calls a method of its models
// a call that asks none.
func openInferenceKind(r *reading) verdict {
	name := r.span.Name()
	switch {
	case strings.HasSuffix(name, "._prepare_chat_with_tools"):
		return verdict{genai.Step, ""}
	case r.scope.traits != &openInferenceADK || r.f.texts[tOpenInferenceKind] != "":
		return verdict{}
	case strings.HasPrefix(name, "execute_tool "):
		return verdict{genai.Tool, genai.OpExecuteTool}
	}
	return adkKind(r)
}

// Cohere bills other tokens than those that its models read; only the answer tells of them.
var openInferenceCohere = traits{
	localAgents: true,
	corrects: func(r *reading, c *counts) {
		if c.pair.in == nOpenInferenceInput && r.f.has(nBilledInput) && r.f.has(nBilledOutput) {
			c.in, c.out, c.total = r.f.tally(nBilledInput), r.f.tally(nBilledOutput), 0
		}
	},
	hides: func(r *reading, _ *genai.Usage) string {
		if r.f.has(nBilledInput) && r.f.has(nBilledOutput) {
			return ""
		}
		return genai.ReasonHiddenTokens
	},
}

// LiteLLM's says the text of the prompt where others say what of it was cached.
var openInferenceLiteLLM = traits{localAgents: true}

// The one for JavaScript left cached tokens out before 0.2 and told them in the answer only, which streams do not have; in Python they were not
// told of streams before 1.1.1.
var (
	openInferenceAnthropicJS = traits{localAgents: true, hides: func(r *reading, u *genai.Usage) string {
		if r.between("0.2", "") {
			return ""
		}
		return cacheAskedFor(r, u)
	}}
	openInferenceAnthropic = traits{localAgents: true, hidesCache: before0114, hides: func(r *reading, u *genai.Usage) string {
		if !r.between("", "1.1.1") {
			return ""
		}
		return cacheAskedFor(r, u)
	}}
)

func before0114(r *reading) bool { return r.between("", "0.1.14") }

// openInferenceUncached is of those that tell nothing of a cache, unless their answer does.
var openInferenceUncached = traits{localAgents: true, hidesCache: always}

// cacheAskedFor: the request asks Anthropic to keep its prompt, or is not shown, and nothing says what became of it.
func cacheAskedFor(r *reading, u *genai.Usage) string {
	asked := r.f.texts[jInput]
	if u.CacheRead+u.CacheWrite > 0 || r.f.tallyRanks[nNoCache] != 0 || whole(asked) && !strings.Contains(asked, "cache_control") {
		return ""
	}
	return genai.ReasonHiddenTokens
}

// withoutAnswer says that nobody shows the provider's answer, which tells more than the attributes.
func (r *reading) withoutAnswer() bool { return !whole(r.f.texts[jOutput]) }

// Pipecat's tells what of Anthropic's cache was read, and not what was written to it.
var openInferencePipecat = traits{localAgents: true, cacheApart: (*reading).overAnthropic, hides: func(r *reading, u *genai.Usage) string {
	if u.CacheRead > 0 && u.CacheWrite == 0 && r.overAnthropic() {
		return genai.ReasonHiddenTokens
	}
	return ""
}}

// CrewAI's tells of a cache what was read from it only.
var openInferenceCrewAI = traits{localAgents: true, hides: func(r *reading, u *genai.Usage) string {
	if u.CacheWrite == 0 && (u.CacheRead > 0 || u.Input >= leastCached) && r.overAnthropic() {
		return genai.ReasonHiddenTokens
	}
	return ""
}}

// langchainAddsUp: what a stream of Anthropic says of the output at its start it says again, with the rest, at its end, and LangChain for
// JavaScript adds the two. An answer from a stream is of the class of its pieces; where it is not shown nobody knows.
func langchainAddsUp(r *reading) bool {
	return r.metadataProvider() == "anthropic" && (r.withoutAnswer() || strings.Contains(r.f.texts[jOutput], `"AIMessageChunk"`))
}

// langchainGuess: LangChain's own count of a stream for which nobody told the usage.
func langchainGuess(r *reading, u *genai.Usage) bool {
	return r.f.has(nEstimatedInput) && r.f.tally(nEstimatedInput) == u.Input
}
