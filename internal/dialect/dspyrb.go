package dialect

// dspyRuby is DSPy.rb, which passes on the input of Anthropic, tells nobody else's cached tokens, and Google's thoughts in the total only.
var dspyRuby = &client{
	name:   "dspy.rb",
	scopes: []scope{{name: "dspy"}},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet, hidesCache: always, hides: hiddenThoughts},
}
