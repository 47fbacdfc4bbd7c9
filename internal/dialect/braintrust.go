package dialect

import "strings"

var (
	jBraintrustKind  = newText()
	jBraintrustUsage = newText()
	jBraintrustFacts = newText()
)

// braintrust is Braintrust's SDKs, of which those for Go, Java, Ruby and .NET send spans. What they say is JSON of their own. Some of them add
// Anthropic's cached tokens to the input, and some leave them out.
var braintrust = &client{
	name:   "braintrust",
	scopes: []scope{{name: "braintrust*"}, {name: "github.com/braintrustdata/*"}},
	keys: join(
		texts(jBraintrustKind, genAI, "braintrust.span_attributes"),
		texts(jBraintrustUsage, genAI, "braintrust.metrics"),
		texts(jBraintrustFacts, plain, "braintrust.metadata"),
		tallies(nOldInput, "braintrust.metrics.prompt_tokens"),
		tallies(nOldOutput, "braintrust.metrics.completion_tokens"),
		tallies(nTotal, "braintrust.metrics.tokens"),
		tallies(nCacheRead, "braintrust.metrics.prompt_cached_tokens"),
		tallies(nCacheWrite, "braintrust.metrics.prompt_cache_creation_tokens"),
		tallies(nReasoning, "braintrust.metrics.completion_reasoning_tokens"),
	),
	words: []word{{fact: jBraintrustKind, read: func(_ *reading, s string) verdict { return kindWord(textMember(s, "type")) }}},
	json: []member{{fact: jBraintrustUsage, pair: true, read: func(r *reading, s string) {
		r.f.readUsage(s, nOldInput, nOldOutput)
	}}},
	costs:    []cost{{in: jBraintrustUsage, name: "estimated_cost"}},
	provider: func(r *reading) string { return canonical(r.braintrustFact("provider")) },
	models: func(r *reading) {
		if r.op.Model() == "" {
			r.op.RequestModel = r.braintrustFact("model")
		}
	},
	traits: traits{localAgents: true, hidesCache: (*reading).soldNet, hides: eitherOverlap},
}

func (r *reading) braintrustFact(name string) string {
	if s := r.f.texts[jBraintrustFacts]; strings.HasPrefix(s, "{") {
		return textMember(s, name)
	}
	return ""
}
