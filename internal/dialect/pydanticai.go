package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	nAggregated    = newTally()
	nPartial       = newTally()
	jUsageRaw      = newText()
	jAgentsAnswer  = newText()
	jRequestData   = newText()
	jResponseData  = newText()
	vCostOperation = newValue()
)

// pydanticAI is Pydantic AI and Logfire. Runs have sums under a name of their own; Logfire's integration of the Claude Agent SDK has the
// whole usage only on the agent's span; that of OpenAI's agents tells cached tokens in the answer alone.
var pydanticAI = &client{
	name: "pydantic-ai",
	scopes: []scope{
		{name: "pydantic-ai*", traits: &traits{localAgents: true, hides: pydanticLetGo}},
		{name: "logfire*"},
		{name: "logfire.anthropic", traits: &traits{localAgents: true, hides: logfireLetGo}},
		{name: "logfire.openai_agents", traits: &logfireAgents},
		{name: "logfire.claude_agent_sdk", traits: &logfireClaude},
	},
	keys: join(
		texts(tAgent, plain, "agent_name"),
		tallies(nAggregated, "gen_ai.aggregated_usage.input_tokens", "gen_ai.aggregated_usage.output_tokens"),
		tallies(nPartial, "gen_ai.usage.partial.input_tokens", "gen_ai.usage.partial.output_tokens"),
		tallies(nCacheRead, "gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_read_input_tokens",
			"gen_ai.usage.details.cached_tokens", "gen_ai.usage.details.cached_content_tokens"),
		tallies(nCacheWrite, "gen_ai.usage.details.cache_write_tokens", "gen_ai.usage.details.cache_creation_input_tokens"),
		tallies(nReasoning, "gen_ai.usage.details.reasoning_tokens", "gen_ai.usage.details.thoughts_tokens",
			"gen_ai.usage.details.thinking_tokens"),
		tallies(nInputAudio, "gen_ai.usage.details.input_audio_tokens", "gen_ai.usage.details.audio_prompt_tokens"),
		tallies(nOutputAudio, "gen_ai.usage.details.output_audio_tokens", "gen_ai.usage.details.audio_candidates_tokens",
			"gen_ai.usage.details.audio_response_tokens"),
		tallies(nInputImage, "gen_ai.usage.details.image_prompt_tokens"),
		tallies(nInputVideo, "gen_ai.usage.details.video_prompt_tokens"),
		tallies(nOutputImage, "gen_ai.usage.details.image_candidates_tokens"),
		tallies(nCacheAudio, "gen_ai.usage.details.cache_audio_read_tokens", "gen_ai.usage.details.audio_cache_tokens",
			"gen_ai.usage.cache_audio_read_tokens"), // the gateway's
		tallies(nCacheImage, "gen_ai.usage.details.image_cache_tokens"),
		tallies(nAdvisor, "gen_ai.usage.details.advisor_input_tokens", "gen_ai.usage.details.advisor_output_tokens"),
		texts(jUsageRaw, plain, "gen_ai.usage.raw"),
		texts(tToolsBeside, plain, "model_request_parameters"),
		values(vCostOperation, plain, "operation.cost"),
	),
	own: join(
		texts(jAgentsAnswer, plain, "response", "http.response.body.text"),
		texts(tEntity, plain, "name"),
		texts(jRequestData, plain, "request_data"),
		texts(jResponseData, plain, "response_data"),
	),
	kind:    logfireKind,
	answers: []text{jAgentsAnswer},
	sum:     logfireSum,
	json: []member{
		{fact: jUsageRaw, read: func(r *reading, s string) {
			p := scanJSON(s)
			r.f.providerUsage(&p)
			r.f.readUsage(s, nOldestInput, nOldestOutput)
		}},
		{fact: jRequestData, text: true, read: logfireTier},
		{fact: jResponseData, read: func(r *reading, s string) { r.f.readMember(s, nOldestInput, nOldestOutput) }, pair: true},
	},
	lateKind: pydanticKind,
	mayBe:    func(*facts) bool { return true },
	costs:    []cost{{value: vCostOperation}},
	traits:   traits{localAgents: true},
}

// logfireSum: an agent tells the sum of its run under a name of its own. Of each span that begins Logfire sends word to its own server, or
// what stands in its place: a span without a length that lies in it and has all that was known of it by then.
func logfireSum(r *reading) (v verdict) {
	if r.f.has(nAggregated) {
		v = verdict{genai.Agent, genai.OpInvokeAgent}
	} else if r.span.StartTimestamp() == r.span.EndTimestamp() {
		if word, told := r.span.Attributes().Get("logfire.span_type"); told && word.Str() == "pending_span" {
			v = verdict{genai.Step, ""}
		}
	}
	return v
}

// Logfire tells of the Claude Agent SDK sessions only, no query.
var logfireClaude = traits{localAgents: true, usageOnAgent: true, costSoFar: always, hides: otherCallsHidden}

func logfireTier(r *reading, s string) {
	if strings.Contains(s, `"service_tier"`) {
		r.f.setText(tRequestTier, textMember(s, "service_tier"))
	}
}

// logfireLetGo: of a stream of Anthropic's that was let go the count of the output is that of its beginning, and no token is that long.
func logfireLetGo(r *reading, u *genai.Usage) string {
	const longest = 12 // bytes of a token, on average
	if int64(len(textMember(r.f.texts[jResponseData], "combined_chunk_content"))) > longest*u.Output {
		return genai.ReasonHiddenTokens
	}
	return ""
}

// logfireKind: a stream has two spans, side by side. The first ends when the provider has begun to answer; the second is a log at the stream's
// end, and has the usage.
func logfireKind(r *reading) (v verdict) {
	if s := r.f.texts[jRequestData]; s != "" && r.f.texts[jResponseData] == "" && r.span.StartTimestamp() != r.span.EndTimestamp() &&
		(trueMember(s, "stream") || r.unanswered()) && !statusFailed(r.span) && r.f.texts[tErrorType] == "" {
		v = verdict{genai.Step, ""}
	}
	return v
}

// unanswered: with the conventions' names (version="latest") the request's own words are left out, and that it asks for a stream.
func (r *reading) unanswered() bool {
	return r.f.texts[tInputMessages] != "" && r.f.texts[tResponseID] == "" && r.f.texts[jOutputMessages] == "" && !r.hasPair()
}

// pydanticLetGo: of a stream that was let go Pydantic AI tells what its beginning did. Since 1.0 it says why an answer ended, where it did.
func pydanticLetGo(r *reading, _ *genai.Usage) string {
	_, ended := r.f.value(vFinish)
	_, streamed := r.f.value(vFirstChunkSeconds)
	if said := r.f.texts[jOutputMessages]; said != "" && !strings.Contains(said, `"finish_reason"`) && r.between("1.0", "") {
		streamed = true
	}
	if streamed && !ended && talks(r.op.Name) {
		return genai.ReasonHiddenTokens
	}
	return ""
}

var logfireAgents = traits{localAgents: true, hidesCache: always}

// logfireAgentsKind knows what Logfire tells of OpenAI's agents. Other scopes of Logfire's have spans under names that users gave.
func logfireAgentsKind(name string) (v verdict) {
	switch {
	case strings.HasPrefix(name, "Chat completion with "), strings.HasPrefix(name, "Responses API"):
		v = verdict{genai.ModelCall, genai.OpChat}
	case strings.HasPrefix(name, "Agent run: "):
		v = verdict{genai.Agent, genai.OpInvokeAgent}
	case strings.HasPrefix(name, "Function: "):
		v = verdict{genai.Tool, genai.OpExecuteTool}
	}
	return v
}

func pydanticKind(r *reading) verdict {
	name := r.span.Name()
	switch {
	case r.scope.traits == &logfireAgents:
		return logfireAgentsKind(name)
	case strings.HasPrefix(name, "agent run") || strings.HasSuffix(name, " run") || strings.HasPrefix(name, "invoke_agent"):
		return verdict{genai.Agent, genai.OpInvokeAgent}
	case name == "running tools":
		return verdict{genai.Step, ""}
	case strings.HasPrefix(name, "running tool") || strings.HasPrefix(name, "execute_tool"):
		return verdict{genai.Tool, genai.OpExecuteTool}
	}
	return verdict{}
}
