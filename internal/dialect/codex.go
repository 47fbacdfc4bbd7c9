package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	nCodexInput  = newTally()
	nCodexOutput = newTally()
	tCodexPhase  = newText()
)

// codex is OpenAI's Codex CLI. The span of a turn has the model and the sum of its calls; of the calls themselves no span has the model.
var codex = &client{
	name:   genai.AgentCodex,
	scopes: []scope{{name: "codex"}, {name: "codex_*"}},
	keys: join(
		texts(tConversation, plain, "conversation.id"),
		texts(tLastConversation, plain, "thread.id"),
		tallies(nCodexInput, "codex.turn.token_usage.input_tokens"),
		tallies(nCodexOutput, "codex.turn.token_usage.output_tokens"),
		tallies(nTotal, "codex.turn.token_usage.total_tokens"),
		tallies(nNoCache, "codex.turn.token_usage.non_cached_input_tokens"),
		tallies(nCacheRead, "codex.turn.token_usage.cached_input_tokens"),
		tallies(nCacheWrite, "codex.turn.token_usage.cache_write_input_tokens"),
		tallies(nReasoning, "codex.turn.token_usage.reasoning_output_tokens", "codex.usage.reasoning_output_tokens"),
	),
	own: join(
		texts(tRequestModel, plain, "model"),
		texts(tTool, plain, "tool_name"),
		texts(tCodexPhase, plain, "codex.tool.phase"),
	),
	kind:  codexKind,
	mayBe: func(f *facts) bool { return f.texts[tCodexPhase] != "" },
	ofRun: codexTurn,
	step:  codexCallInside,
	pairs: []pair{{in: nCodexInput, out: nCodexOutput, first: true}},
	events: map[string]logReader{
		"codex.sse_event": codexEvent, "codex.api_request": codexFailure, "codex.tool_result": logTool("tool_name"),
	},
	metrics: map[string]pointReader{
		"codex.api_request": pointRequests(callsTo("openai"), "status"),
		"codex.turn.token_usage": pointTokens(callsTo("openai"), "token_type", map[string]string{
			"input": genai.TokensInput, "cached_input": genai.TokensCacheRead, "cache_write_input": genai.TokensCacheWrite,
			"output": genai.TokensOutput, "reasoning_output": genai.TokensReasoning,
		}),
	},
	traits: traits{localAgents: true, firstAttempt: -1, hides: codexHides},
}

func codexKind(r *reading) verdict {
	f := r.f
	switch {
	case f.tallies[nCodexInput] > 0 || f.isBad(nCodexInput):
		return verdict{genai.ModelCall, genai.OpChat}
	case f.has(nCodexInput) || r.span.Name() == "handle_responses" && f.has(nInput):
		return verdict{genai.Step, ""}
	case f.texts[tCodexPhase] == "dispatch" && f.texts[tTool] != "":
		return verdict{genai.Tool, genai.OpExecuteTool}
	}
	return verdict{}
}

// codexTurn: until the steps tell, none of its calls is taken to be long, for Codex makes its context short before it is.
func codexTurn(r *reading) bool {
	if r.f.tallies[nCodexInput] == 0 {
		return false
	}
	r.op.Calls.Most = 1
	return true
}

// codexHides: a stream that broke off is billed, and asked for again in the same turn, which tells how often.
func codexHides(r *reading, _ *genai.Usage) string {
	for e := range eventsOf(r.span) {
		if e.Name() == "codex.turn_profile" && count(e.Attributes(), "sampling_retry_count") > 0 {
			return genai.ReasonHiddenTokens
		}
	}
	return ""
}

func codexCallInside(r *reading) {
	if r.span.Name() == "handle_responses" {
		r.op.InputInside = r.f.tally(nInput)
	}
}

// codexEvent counts a call when its usage is said. Of a complete stream there are two events, one of them without usage.
func codexEvent(attrs pcommon.Map, c *Call) bool {
	codexCall(attrs, c)
	switch genai.TextOf(attrs, "event.kind") {
	case "response.failed":
		logFailure(c, "")
		return true
	case "response.completed":
		if _, ok := attrs.Get("input_token_count"); !ok {
			return codexBroken(attrs, c)
		}
	default:
		return false
	}
	logUsage(c, genai.Usage{
		Input: count(attrs, "input_token_count"), Output: count(attrs, "output_token_count"), CacheRead: count(attrs, "cached_token_count"),
		CacheWrite: count(attrs, "cache_write_token_count"), Reasoning: count(attrs, "reasoning_token_count"),
	})
	ms, _ := number(attrs, "ttft_ms")
	c.TimeToFirstChunk = ms / 1000
	return true
}

// codexBroken: a stream that broke off is told as complete, with an error and without usage. So is, once more, an answer that failed.
func codexBroken(attrs pcommon.Map, c *Call) bool {
	message := genai.TextOf(attrs, "error.message")
	for _, s := range [...]string{"stream closed before response.completed", "idle timeout waiting for", "error decoding response body"} {
		if strings.Contains(message, s) {
			logFailure(c, "")
			c.EndedEarly = true
			return true
		}
	}
	return false
}

// codexFailure counts the requests that never became a stream; of the others codex.sse_event tells.
func codexFailure(attrs pcommon.Map, c *Call) bool {
	code := genai.TextOf(attrs, "http.response.status_code")
	if code == "" && genai.TextOf(attrs, "error.message") == "" || strings.HasPrefix(code, "2") {
		return false
	}
	codexCall(attrs, c)
	logAttempt(attrs, c, 0)
	c.Attempt = min(c.Attempt, 1) // every attempt has its event
	logFailure(c, code)
	return true
}

func codexCall(attrs pcommon.Map, c *Call) {
	logCall(attrs, c, genai.OpChat, "openai")
	c.Conversation = genai.TextOf(attrs, "conversation.id")
}
