package dialect

var tDatadogKind = newText()

// datadog is Datadog's tracer for Python, which sends its spans over OTLP too, under whatever scope, with what it knows of a call under
// names of its own. It adds Anthropic's and Amazon's cached tokens to the input and Google's thoughts to the output; of what was written to
// the cache it tells one number, and of LangChain's, LlamaIndex' and Vertex' calls no cached tokens.
var datadog = &client{
	name: "datadog",
	sign: func(r *reading) bool { return r.f.texts[tDatadogKind] != "" },
	keys: join(
		texts(tDatadogKind, genAI, "_dd.llmobs.span_kind"),
		texts(tModelName, genAI, "_dd.llmobs.model_name"),
		texts(tSideProvider, plain, "_dd.llmobs.model_provider"),
		tallies(nInput, "_dd.llmobs.input_tokens"),
		tallies(nOutput, "_dd.llmobs.output_tokens"),
		tallies(nTotal, "_dd.llmobs.total_tokens"),
		tallies(nCacheRead, "_dd.llmobs.cache_read_input_tokens"),
		tallies(nCacheWrite, "_dd.llmobs.cache_write_input_tokens"),
	),
	words:  []word{{fact: tDatadogKind}},
	traits: traits{localAgents: true, hidesCache: always},
}

// datadogJS is Datadog's tracer for JavaScript, which sends its spans over OTLP too, with its own word for the kind as the operation. It
// adds Anthropic's and Amazon's cached tokens to the input; of Google's models it tells the candidates and the provider's total, and of
// theirs and of LangChain's calls no cached tokens.
var datadogJS = &client{
	name:   "datadog-js",
	scopes: []scope{{name: "dd-trace-js"}},
	own: join(
		texts(tResponseID, plain, "openai.response.id"),
		texts(tResponseModel, plain, "openai.response.model"),
	),
	kind:   func(r *reading) verdict { return kindWord(r.f.texts[tOperation]) },
	traits: traits{localAgents: true, hidesCache: always, hides: hiddenThoughts},
}
