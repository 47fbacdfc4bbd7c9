package dialect

var tSentryType = newText()

var sentry = &client{
	name: "sentry",
	keys: join(
		texts(tSentryType, genAI, "gen_ai.operation.type"),
		tallies(nCacheRead, "gen_ai.usage.input_tokens.cached"),
		tallies(nCacheWrite, "gen_ai.usage.input_tokens.cache_write"),
		tallies(nReasoning, "gen_ai.usage.output_tokens.reasoning"),
	),
	words: []word{{fact: tSentryType}},
}
