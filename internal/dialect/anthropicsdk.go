package dialect

// anthropicSDK is what Anthropic's own SDK says of its calls: the conventions, and how long a cache write lives.
var anthropicSDK = &client{
	name:   "anthropic-sdk",
	scopes: []scope{{name: "com.anthropic.sdk.*"}},
	keys: join(
		texts(tSpeed, plain, "anthropic.response.speed", "anthropic.usage.speed", "gen_ai.response.speed", "gen_ai.usage.speed",
			"anthropic.request.speed", "gen_ai.request.speed"),
		tallies(nCacheWrite5m, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
		tallies(nCacheWrite1h, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
	),
}
