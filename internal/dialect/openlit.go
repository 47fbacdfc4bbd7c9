package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// openLIT's packages for Anthropic and Bedrock leave cached tokens out of the input, in both languages. A stream that ends without usage has counts of its
// own tokenizer; chats of OpenAI's SDK may come under the scope of the package for vLLM. A tool's name on a model call is the tool that was asked for.
var openLIT = &client{
	name: "openlit",
	scopes: []scope{
		{name: "@openlit/*"},
		{name: "openlit*"},
		{name: "@openlit/instrumentation-openai", traits: &traits{localAgents: true, guess: ownTokenizer}},
		{name: "@openlit/instrumentation-vllm", traits: &traits{localAgents: true, guess: ownTokenizer}},
		{name: "@openlit/instrumentation-anthropic", traits: &traits{localAgents: true, cacheApart: always, guess: addedUp}},
		{name: "@openlit/instrumentation-bedrock", traits: &traits{localAgents: true, cacheApart: always}},
		{name: "@openlit/instrumentation-claude-agent-sdk*", traits: &openLITClaude},
		{name: "openlit.instrumentation.claude_agent_sdk*", traits: &openLITClaudePython},
		{name: "openlit.anthropic", traits: &traits{localAgents: true, cacheApart: always, hidesCache: (*reading).streamed}}, // Go's, as the next
		{name: "openlit.openai", traits: &traits{localAgents: true, hidesCache: (*reading).streamed}},
		{name: "openlit.instrumentation.openai", traits: &traits{localAgents: true, guess: openLITCounts}},
		{name: "openlit.instrumentation.anthropic", traits: &traits{localAgents: true, cacheApart: always}},
		{name: "openlit.instrumentation.bedrock", traits: &traits{localAgents: true, cacheApart: always}},
		{name: "openlit.instrumentation.google_ai_studio", traits: &traits{localAgents: true, thoughtsApart: true}},
		{name: "@openlit/instrumentation-google-ai", traits: &traits{localAgents: true, thoughtsApart: true}},
		{name: "openlit.instrumentation.vertexai", traits: &traits{localAgents: true, hides: hiddenThoughts}},
		{name: "@openlit/instrumentation-vertexai", traits: &traits{localAgents: true, hides: hiddenThoughts}},
		{name: "openlit.instrumentation.langchain", traits: &openLITLangChain},
	},
	keys: join(
		tallies(nCacheRead, "gen_ai.usage.prompt_tokens_details.cached_tokens"),
		tallies(nReasoning, "gen_ai.usage.completion_tokens_details.reasoning_tokens"),
		values(vStream, plain, "gen_ai.request.is_stream", "gen_ai.request.stream"),
		texts(jToolsUsed, plain, "openai.response.built_in_tools"),
	),
	json:     []member{{fact: jToolsUsed, read: toolsUsed, text: true}},
	mayBe:    func(*facts) bool { return true },
	lateKind: openLITFailed,
	models:   openLITModel,
	kind:     openLITHook,
	ofRun:    func(r *reading) bool { return r.span.Name() == "coding_agent.llm.turn" },
	traits:   traits{localAgents: true},
}

// openLITFailed: in Python calls of Anthropic's SDK and of Bedrock that failed have a name and no attribute. So has what a user traces by hand,
// in the scope "openlit".
func openLITFailed(r *reading) (v verdict) {
	if statusFailed(r.span) && strings.HasPrefix(r.span.Name(), "chat ") && strings.HasPrefix(r.scope.name, "openlit.instrumentation.") {
		v = verdict{genai.ModelCall, genai.OpChat}
	}
	return v
}

// openLITModel is the model in the name.
func openLITModel(r *reading) {
	if model, ok := strings.CutPrefix(r.span.Name(), "chat "); ok && r.scope.client.name == "openlit" && r.op.Model() == "" {
		r.op.RequestModel = model
	}
}

// openLITCounts: with usage Python's tells of a stream what was read from the cache, if only that it was nothing.
func openLITCounts(r *reading, u *genai.Usage) bool {
	return r.streamed() && r.f.tallyRanks[nCacheRead] == 0 || ownTokenizer(r, u)
}

// toolsUsed reads which of its own tools OpenAI used; that a page was opened only looks like a search.
func toolsUsed(r *reading, s string) {
	n := searches{
		calls: int64(strings.Count(s, "web_search")), files: int64(strings.Count(s, "file_search")), runs: int64(strings.Count(s, "code_interpreter")),
	}
	n.tell(r.f, s)
}

// openLITHook: its command reads what coding agents write down. A session has the sum of its turns, and a turn without usage is what a person asked.
func openLITHook(r *reading) (v verdict) {
	switch r.span.Name() {
	case "coding_agent.session", "coding_agent.subagent":
		v = verdict{genai.Agent, genai.OpInvokeAgent}
	case "coding_agent.llm.turn":
		if !r.hasPair() {
			v = verdict{genai.Step, ""}
		}
	}
	return v
}

var (
	vStream    = newValue()
	jToolsUsed = newText()
)

// streamed says whether a call was a stream.
func (r *reading) streamed() bool {
	v, ok := r.f.value(vStream)
	return ok && v.Type() == pcommon.ValueTypeBool && v.Bool()
}

// addedUp: what a stream of Anthropic says at its start of the output it says again, with the rest, at its end, and JavaScript's adds the two.
func addedUp(r *reading, _ *genai.Usage) bool { return r.streamed() }

// With the Claude Agent SDK the calls say an output of 1; the agent's span has the bill.
var openLITClaude = traits{localAgents: true, usageOnAgent: true, knowsBill: true, callsAreSteps: true}

// In Python nothing tells a query from a turn of a session, whose cost is the sum of all turns so far.
var openLITClaudePython = traits{
	localAgents: true, usageOnAgent: true, callsAreSteps: true,
	costSoFar: always, agentRun: namesModel, hides: otherCallsHidden,
}

// LangChain's in Python has Anthropic's own input, without cached tokens, of an answer that came at once, and LangChain's, with them, of a
// stream; which of the two it was is not said.
var openLITLangChain = traits{localAgents: true, cacheApart: (*reading).overAnthropic, hides: func(r *reading, u *genai.Usage) string {
	if u.CacheRead+u.CacheWrite > 0 && r.overAnthropic() {
		return genai.ReasonUnknownOverlap
	}
	return ""
}}

// hiddenThoughts is for senders that say nothing of the tokens with which Google's models think, unless they say a total.
func hiddenThoughts(r *reading, u *genai.Usage) string {
	if u.Reasoning > 0 || r.f.tally(nTotal) > 0 || !thinks(r.op.Model()) {
		return ""
	}
	return genai.ReasonHiddenTokens
}

// thinks says whether a model of Google's thinks if it is not told not to.
func thinks(model string) bool {
	_, after, found := strings.Cut(model, "gemini-")
	switch {
	case !found, strings.Contains(after, "image"), strings.Contains(after, "tts"), strings.Contains(after, "embedding"):
		return false
	case strings.HasPrefix(after, "2.5-flash-lite"):
		return false
	case strings.HasPrefix(after, "2.5-"):
		return true
	}
	return after != "" && after[0] >= '3'
}
