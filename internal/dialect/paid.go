package dialect

// paid is Paid's wrappers in Python, which pass on the input of Anthropic and Amazon, and Google's candidates.
var paid = &client{
	name:   "paid",
	scopes: []scope{{name: "paid.python"}},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet, thoughtsApart: true},
}
