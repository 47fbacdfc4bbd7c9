package dialect

var tInferenceGeo = newText() // where Anthropic kept the call, which has a price of its own in the US

// anthropicSDK is what Anthropic's own SDK says of its calls: the conventions, and how long a cache write lives.
var anthropicSDK = &client{
	name:   "anthropic-sdk",
	scopes: []scope{{name: "com.anthropic.sdk.*"}},
	keys: join(
		texts(tSpeed, plain, "anthropic.response.speed", "anthropic.usage.speed", "gen_ai.response.speed", "gen_ai.usage.speed",
			"anthropic.request.speed", "gen_ai.request.speed"),
		texts(tInferenceGeo, plain, "anthropic.response.inference_geo", "anthropic.usage.inference_geo", "gen_ai.response.inference_geo",
			"gen_ai.usage.inference_geo", "anthropic.request.inference_geo", "gen_ai.request.inference_geo"),
		tallies(nCacheWrite5m, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
		tallies(nCacheWrite1h, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
	),
}
