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
