package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var tReqLLM = newText()

// reqLLM is ReqLLM for Elixir, under a scope of the application's, which passes on the counts of whoever's protocol it speaks: Anthropic's and
// Amazon's input leaves out cached tokens; Google's output left thoughts out, and later does not. Its cost is its own estimate.
var reqLLM = &client{
	name: "req-llm",
	sign: func(r *reading) bool { return r.f.texts[tReqLLM] != "" },
	keys: texts(tReqLLM, plain, "req_llm.request_id"),
	traits: traits{
		localAgents: true, thoughtsApart: true, cacheApart: (*reading).soldNetOrGoogle,
		hides: func(r *reading, _ *genai.Usage) string {
			if thoughts := r.f.tally(nReasoning); thoughts > 0 && thoughts <= r.f.tally(nOutput) && strings.HasPrefix(r.op.Provider, "gcp.") {
				return genai.ReasonUnknownOverlap
			}
			return ""
		},
	},
}
