package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var (
	tLangsmithKind   = newText()
	jLangsmithUsage  = newText()
	jInputDetails    = newText()
	jOutputDetails   = newText()
	nLangsmithInput  = newTally()
	nLangsmithOutput = newTally()
)

// langsmith is LangSmith's SDK. A failed operation has the status OK and an exception event. Go's wrappers have the names of the SDKs that
// they wrap, and what else Anthropic says of the price as metadata.
var langsmith = &client{
	name: "langsmith",
	scopes: []scope{
		{name: "langsmith*"},
		{name: "github.com/anthropics/anthropic-sdk-go"},
		{name: "github.com/sashabaranov/go-openai"},
		{name: "google.golang.org/genai"},
	},
	keys: join(
		texts(tLangsmithKind, genAI, "langsmith.span.kind"),
		texts(tRequestModel, genAI, "langsmith.metadata.ls_model_name"),
		texts(tSideProvider, genAI, "langsmith.metadata.ls_provider"),
		texts(tConversation, plain, "langsmith.metadata.session_id", "langsmith.metadata.thread_id"),
		texts(tResponseTier, plain, "langsmith.metadata.service_tier"),
		texts(tSpeed, plain, "langsmith.metadata.speed"),
		texts(tInferenceGeo, plain, "langsmith.metadata.inference_geo"),
		texts(tToolsBeside, plain, "langsmith.metadata.ls_invocation_params"),
		tallies(nWebSearches, "langsmith.metadata.server_tool_use.web_search_requests"),
		texts(jLangsmithUsage, genAI, "langsmith.usage_metadata", "langsmith.metadata.usage_metadata"),
		texts(jInputDetails, plain, "gen_ai.usage.input_token_details"),
		texts(jOutputDetails, plain, "gen_ai.usage.output_token_details"),
	),
	words: []word{{fact: tLangsmithKind, read: langsmithRetriever, first: true}, {fact: tLangsmithKind}},
	json: []member{
		{fact: jLangsmithUsage, read: langsmithUsage, pair: true},
		{fact: jInputDetails, read: func(r *reading, s string) { r.f.readDetails(s, inputSide) }},
		{fact: jOutputDetails, read: func(r *reading, s string) { r.f.readDetails(s, outputSide) }},
	},
	pairs:  []pair{{in: nLangsmithInput, out: nLangsmithOutput}},
	costs:  []cost{{in: jLangsmithUsage, name: "total_cost"}},
	traits: traits{localAgents: true, throws: true, corrects: langsmithTotal, hides: langsmithThoughts},
}

func langsmithUsage(r *reading, s string) {
	r.f.readUsage(s, nLangsmithInput, nLangsmithOutput)
	r.f.cached(s)
}

// langsmithTotal: the total among the attributes is the exporter's own sum; the provider's stands in the usage.
func langsmithTotal(r *reading, c *counts) {
	if s := r.f.texts[jLangsmithUsage]; c.reasoning > 0 && s != "" {
		if n, ok := memberNumber(s, "total_tokens"); ok && n >= 0 && n <= float64(genai.MaxTokens) {
			c.total = int64(n)
		}
	}
}

// langsmithThoughts: its wrapper of Google's SDK leaves thoughts out of the output, LangChain counts them in. In Python the total is the
// exporter's, and nothing tells which of them it was.
func langsmithThoughts(r *reading, u *genai.Usage) string {
	if u.Reasoning == 0 || r.f.texts[jLangsmithUsage] != "" || !r.thoughtsBeside() {
		return ""
	}
	return genai.ReasonUnknownOverlap
}

// langsmithRetriever: LangSmith calls a retriever's operation "embeddings".
func langsmithRetriever(_ *reading, t string) verdict {
	if t == "retriever" {
		return verdict{genai.Retrieval, genai.OpRetrieval}
	}
	return verdict{}
}
