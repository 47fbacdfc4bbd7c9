package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	jVertexResponse = newText()
	nVertexInput    = newTally()
	nVertexOutput   = newTally()
	nVertexThoughts = newTally()
)

// googleADK names its spans where others have an operation, and itself as provider. It reaches other providers through LiteLLM.
var googleADK = &client{
	name:   "google-adk",
	scopes: []scope{{name: "gcp.vertex.agent"}},
	keys: join(
		texts(tConversation, plain, "gcp.vertex.agent.session_id"),
		texts(tToolsBeside, plain, "gcp.vertex.agent.llm_request"),
		texts(jVertexResponse, plain, "gcp.vertex.agent.llm_response"),
		tallies(nCacheRead, "gen_ai.usage.experimental.cached_tokens"),
		tallies(nVertexThoughts, "gen_ai.usage.experimental.reasoning_tokens"),
		tallies(nVertexInput, "gen_ai.response.prompt_token_count"), // Go's to 0.4, as the next
		tallies(nVertexOutput, "gen_ai.response.candidates_token_count"),
		tallies(nCacheRead, "gen_ai.response.cached_content_token_count"),
		tallies(nTotal, "gen_ai.response.total_token_count"),
	),
	kind:   adkKind,
	mayBe:  func(*facts) bool { return true },
	json:   []member{{fact: jVertexResponse, read: func(r *reading, s string) { r.f.readMember(s, nVertexInput, nVertexOutput) }}},
	pairs:  []pair{{in: nVertexInput, out: nVertexOutput}},
	traits: traits{localAgents: true, prefixed: true, thoughtsApart: true, corrects: adkThoughts, hides: adkHides, hidesCache: adkUntold},
}

// adkGo says that the span comes from Go's at 0.5 to 1.0, which has no answer beside the two counts. Some of its releases have the version of
// an earlier one: 0.5 says 0.3, and 1.1 says 0.6.
func (r *reading) adkGo() bool {
	return r.f.texts[tOperation] == genai.OpGenerateContent && r.between("0.3", "1.0")
}

// adkUntold: without its content the answer is an empty object, and before version 2.3 of Python's the counts beside it are of input and
// output only.
func adkUntold(r *reading) bool {
	s := r.f.texts[jVertexResponse]
	if s == "" && r.adkGo() {
		return !r.f.has(nVertexThoughts)
	}
	return (s == "{}" || endless(s)) && !r.between("2.3", "") && !r.f.has(nReasoning) && !r.f.has(nVertexThoughts)
}

func adkHides(r *reading, u *genai.Usage) string {
	if adkUntold(r) && !r.adkSum() {
		return hiddenThoughts(r, u)
	}
	return ""
}

// adkThoughts: since the thinking tokens have the conventions' name the output holds them; before, they stood beside it. Where the answer is
// there, it tells.
func adkThoughts(r *reading, c *counts) {
	if r.adkSum() {
		c.out = max(c.out-c.in, 0)
		return
	}
	if n := r.f.tally(nVertexOutput); n > 0 && c.pair.in == nInput && c.out == c.total && c.total > n {
		c.out = n // until August 2025 the output was the total
	}
	if r.adkTwice(c) {
		c.out -= c.reasoning
		c.total = c.in + c.out
		return
	}
	switch f := r.f; {
	case f.has(nVertexThoughts):
		c.reasoning = max(c.reasoning, f.tally(nVertexThoughts))
	case c.total > 0 || strings.Contains(f.texts[jVertexResponse], "houghts"):
	case f.tallyRanks[nReasoning] == 1 && c.pair.in == nInput && c.reasoning <= c.out:
		c.total = c.in + c.out
	}
}

// adkTwice says that the output has the thoughts twice: the conventions' count adds them, and what OpenAI's API, or LiteLLM, whoever it asked,
// counts as the answer holds them already.
func (r *reading) adkTwice(c *counts) bool {
	model := r.f.texts[tRequestModel]
	google := genai.ContainsFold(model, "gemini")
	if before, _, relayed := strings.Cut(model, "/"); relayed && before != "apigee" && before != "projects" && before != "models" {
		google = false // LiteLLM's way of naming them
	}
	return model != "" && !google && r.f.tallyRanks[nReasoning] == 1 && c.pair.in == nInput && c.reasoning > 0 && 2*c.reasoning <= c.out &&
		(c.total == 0 || c.total == c.in+c.out-c.reasoning)
}

// adkSum says that the output is the total: Go's at 0.5.
func (r *reading) adkSum() bool {
	return r.f.texts[jVertexResponse] == "" && r.adkGo() && r.between("", "0.6")
}

func adkKind(r *reading) verdict {
	switch name := r.span.Name(); {
	case name == "call_llm":
		return verdict{genai.ModelCall, genai.OpChat}
	case name == "invocation":
		return verdict{genai.Workflow, genai.OpInvokeWorkflow}
	case strings.HasPrefix(name, "agent_run"):
		return verdict{genai.Agent, genai.OpInvokeAgent}
	}
	return verdict{}
}
