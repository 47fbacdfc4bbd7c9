package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	jBraintrustKind  = newText()
	jBraintrustUsage = newText()
	jBraintrustFacts = newText()
	jBraintrustReply = newText()
)

// braintrust is Braintrust's SDKs, of which those for Go, Java, Ruby and .NET send spans. What they say is JSON of their own, and the answer of
// Anthropic or Google is often whole. Go's and Ruby's add Anthropic's cached tokens to the input. Go's says of calls of OpenAI's and Anthropic's
// SDKs which endpoint they went to, and no kind; that one failed, only an answer tells that is an error or none. Of Google's ADK cached tokens
// are in the answer alone, at first not there either.
var braintrust = &client{
	name: "braintrust",
	scopes: []scope{
		{name: "braintrust*"},
		{name: "github.com/braintrustdata/*"},
		{name: "braintrust", traits: &traits{localAgents: true, hidesCache: func(r *reading) bool {
			return r.span.Name() == "call_llm" && !strings.Contains(r.f.texts[jBraintrustReply], `"UsageMetadata"`)
		}}},
		{name: "braintrust-java", traits: &braintrustApart},
		{name: "braintrust-aws-bedrock", traits: &braintrustApart},
		{name: "braintrust-dotnet", traits: &braintrustApart},
	},
	keys: join(
		texts(jBraintrustKind, genAI, "braintrust.span_attributes"),
		texts(jBraintrustUsage, genAI, "braintrust.metrics"),
		texts(jBraintrustFacts, plain, "braintrust.metadata"),
		texts(jBraintrustReply, plain, "braintrust.output_json"),
		tallies(nOldInput, "braintrust.metrics.prompt_tokens"),
		tallies(nOldOutput, "braintrust.metrics.completion_tokens"),
		tallies(nTotal, "braintrust.metrics.tokens"),
		tallies(nCacheRead, "braintrust.metrics.prompt_cached_tokens"),
		tallies(nCacheWrite, "braintrust.metrics.prompt_cache_creation_tokens"),
		tallies(nCacheWrite5m, "braintrust.metrics.prompt_cache_creation_5m_tokens"),
		tallies(nCacheWrite1h, "braintrust.metrics.prompt_cache_creation_1h_tokens"),
		tallies(nReasoning, "braintrust.metrics.completion_reasoning_tokens"),
	),
	mayBe: func(f *facts) bool { return f.texts[jBraintrustFacts] != "" },
	kind: func(r *reading) verdict {
		if endpoint := r.braintrustFact("endpoint"); r.f.texts[jBraintrustKind] == "" && endpoint != "" {
			return verdict{genai.ModelCall, genai.OpChat}
		}
		return verdict{}
	},
	failed: func(r *reading) bool {
		reply := r.f.texts[jBraintrustReply]
		return strings.HasPrefix(reply, `{"error":{`) || reply == "" && r.op.Kind == genai.ModelCall && r.op.UsageState == genai.UsageNone &&
			r.braintrustFact("endpoint") != "" && !strings.Contains(r.f.texts[jBraintrustFacts], `"stream":true`)
	},
	words: []word{{fact: jBraintrustKind, read: func(_ *reading, s string) verdict { return kindWord(textMember(s, "type")) }}},
	json: []member{{fact: jBraintrustUsage, pair: true, read: func(r *reading, s string) {
		r.f.readUsage(s, nOldInput, nOldOutput)
		if n, ok := memberNumber(s, "tokens"); ok && n > 0 && n <= float64(genai.MaxTokens) {
			r.f.add(nTotal, int64(n), jsonRank)
		}
	}}, {fact: jBraintrustFacts, read: func(r *reading, s string) {
		if r.braintrustFact("endpoint") != "" {
			r.f.setText(tRequestTier, textMember(s, "service_tier"))
			r.f.setText(tResponseID, textMember(s, "id"))
		}
	}}},
	answers:  []text{jBraintrustReply},
	costs:    []cost{{in: jBraintrustUsage, name: "estimated_cost"}},
	provider: func(r *reading) string { return canonical(r.braintrustFact("provider")) },
	models: func(r *reading) {
		if r.op.Model() == "" {
			r.op.RequestModel = r.braintrustFact("model")
		}
	},
	traits: traits{localAgents: true, hidesCache: (*reading).soldNet, hides: eitherOverlap},
}

// Java's and .NET's pass on the input of Anthropic and Amazon, and tell of a cache only Anthropic's.
var braintrustApart = traits{localAgents: true, hidesCache: always, cacheApart: func(r *reading) bool {
	return r.op.Provider == "anthropic" || r.op.Provider == "aws.bedrock"
}}

func (r *reading) braintrustFact(name string) string {
	if s := r.f.texts[jBraintrustFacts]; strings.HasPrefix(s, "{") {
		return textMember(s, name)
	}
	return ""
}
