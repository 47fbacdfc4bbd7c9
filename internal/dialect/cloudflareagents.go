package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var tCloudflareAgents = newText()

// cloudflareAgents is Cloudflare's Agents SDK over the AI SDK, in whatever scope its runtime has. It passes on the AI SDK's counts, in which
// all parts are.
var cloudflareAgents = &client{
	name:   "cloudflare-agents",
	sign:   func(r *reading) bool { return r.f.texts[tCloudflareAgents] != "" },
	keys:   texts(tCloudflareAgents, plain, "cloudflare.agents.operation.name", "cloudflare.agents.integration.name"),
	kind:   cloudflareKind,
	traits: traits{localAgents: true, prefixed: true, hides: unbilledCohere, guess: cloudflareSteps},
}

// cloudflareKind: a model that the application names by a text ("openai/gpt-5") cannot be wrapped. Its calls have no spans then, and the
// operation, which of any other model is the sum of its calls, tells who answered and names no provider.
func cloudflareKind(r *reading) verdict {
	sums := r.saidProvider() != "" && r.f.texts[tResponseModel] == ""
	if r.isOurs() { // whose provider is what we took it for
		sums = r.f.texts[tOurStatus] == genai.StatusRollup
	}
	if sums || r.f.texts[tOperation] != genai.OpInvokeAgent {
		return verdict{}
	}
	switch r.f.texts[tCloudflareAgents] {
	case "generateText", "streamText", "generateObject", "streamObject":
		return verdict{genai.ModelCall, genai.OpChat}
	}
	return verdict{}
}

// cloudflareSteps: that operation may be several steps, of which none had the long prompt that a model costs more for.
func cloudflareSteps(r *reading, u *genai.Usage) bool {
	const shortest = 128_000
	return u.Input > shortest && cloudflareKind(r).says()
}
