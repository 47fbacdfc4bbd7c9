package dialect

// openLIT's JavaScript package for Anthropic leaves cached tokens out of the input. A stream that ends without usage has counts of its
// own tokenizer. A tool's name on a model call is the tool that was asked for.
var openLIT = &client{
	name: "openlit",
	scopes: []scope{
		{name: "@openlit/*"},
		{name: "openlit*"},
		{name: "@openlit/instrumentation-openai", traits: &traits{localAgents: true, guesses: true}},
		{name: "@openlit/instrumentation-anthropic", traits: &traits{localAgents: true, cacheApart: always}},
	},
	keys: join(
		tallies(nCacheRead, "gen_ai.usage.prompt_tokens_details.cached_tokens"),
		tallies(nReasoning, "gen_ai.usage.completion_tokens_details.reasoning_tokens"),
	),
	traits: traits{localAgents: true},
}
