package dialect

// strands is Strands Agents.
var strands = &client{
	name:   "strands",
	scopes: []scope{{name: "strands*"}},
	traits: traits{localAgents: true},
}
