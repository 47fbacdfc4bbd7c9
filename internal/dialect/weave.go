package dialect

// weave is Weights & Biases' SDK for sessions, which passes on the input of Anthropic and Amazon and, of its calls, tells no cached tokens.
var weave = &client{
	name:   "weave",
	scopes: []scope{{name: "weave*"}},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet, hidesCache: always, hides: hiddenThoughts},
}
