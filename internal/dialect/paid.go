package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// paid is Paid's wrappers, which pass on the input of Anthropic and Amazon, and Google's candidates. In JavaScript they tell no cached tokens of
// OpenAI's chat, of Mistral and of LangChain, and of the AI SDK what that counted, whichever version it is.
var paid = &client{
	name: "paid",
	scopes: []scope{
		{name: "paid.python"},
		{name: "paid.node", traits: &traits{
			localAgents: true, thoughtsApart: true, hides: paidOverlap, hidesCache: paidHides,
			cacheApart: func(r *reading) bool { return r.soldNet() && !r.paidAISDK() },
		}},
	},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet, thoughtsApart: true},
}

func paidHides(r *reading) bool {
	name := r.span.Name()
	return strings.Contains(name, "openai.chat") || strings.Contains(name, "langchain") || strings.Contains(name, "mistral")
}

func (r *reading) paidAISDK() bool { return strings.Contains(r.span.Name(), "ai-sdk") }

func paidOverlap(r *reading, u *genai.Usage) string {
	if r.paidAISDK() {
		return eitherOverlap(r, u)
	}
	return ""
}
