package dialect

// anthropicSDK is what Anthropic's own SDK says of its calls: the conventions, and how long a cache write lives.
var anthropicSDK = &client{
	name:   "anthropic-sdk",
	scopes: []scope{{name: "com.anthropic.sdk.*"}},
	keys: join(
		tallies(nCacheWrite5m, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
		tallies(nCacheWrite1h, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
	),
}
