package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	jVertexResponse = newText()
	nVertexInput    = newTally()
	nVertexOutput   = newTally()
)

// googleADK names its spans where others have an operation, and itself as provider. It reaches other providers through LiteLLM.
var googleADK = &client{
	name:   "google-adk",
	scopes: []scope{{name: "gcp.vertex.agent"}},
	keys: join(
		texts(tConversation, plain, "gcp.vertex.agent.session_id"),
		texts(jVertexResponse, plain, "gcp.vertex.agent.llm_response"),
		tallies(nCacheRead, "gen_ai.usage.experimental.cached_tokens"),
		tallies(nReasoning, "gen_ai.usage.experimental.reasoning_tokens"),
	),
	kind:   adkKind,
	mayBe:  func(*facts) bool { return true },
	json:   []member{{fact: jVertexResponse, read: func(r *reading, s string) { r.f.readMember(s, nVertexInput, nVertexOutput) }}},
	pairs:  []pair{{in: nVertexInput, out: nVertexOutput}},
	traits: traits{localAgents: true, prefixed: true, thoughtsApart: true},
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
