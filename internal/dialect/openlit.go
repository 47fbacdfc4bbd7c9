package dialect

// openLIT's packages for Anthropic and Bedrock leave cached tokens out of the input, in both languages. A stream that ends without usage has counts of its
// own tokenizer. A tool's name on a model call is the tool that was asked for.
var openLIT = &client{
	name: "openlit",
	scopes: []scope{
		{name: "@openlit/*"},
		{name: "openlit*"},
		{name: "@openlit/instrumentation-openai", traits: &traits{localAgents: true, guess: ownTokenizer}},
		{name: "@openlit/instrumentation-anthropic", traits: &traits{localAgents: true, cacheApart: always}},
		{name: "@openlit/instrumentation-bedrock", traits: &traits{localAgents: true, cacheApart: always}},
		{name: "@openlit/instrumentation-claude-agent-sdk*", traits: &openLITClaude},
		{name: "openlit.instrumentation.anthropic", traits: &traits{localAgents: true, cacheApart: always}},
		{name: "openlit.instrumentation.bedrock", traits: &traits{localAgents: true, cacheApart: always}},
	},
	keys: join(
		tallies(nCacheRead, "gen_ai.usage.prompt_tokens_details.cached_tokens"),
		tallies(nReasoning, "gen_ai.usage.completion_tokens_details.reasoning_tokens"),
	),
	traits: traits{localAgents: true},
}

// With the Claude Agent SDK the calls say an output of 1; the agent's span has the bill.
var openLITClaude = traits{localAgents: true, usageOnAgent: true, knowsBill: true, callsAreSteps: true}
