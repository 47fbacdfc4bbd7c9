package dialect

// xsai is xsAI, which speaks OpenAI's protocol to everybody and tells input and output and no more.
var xsai = &client{
	name:   "xsai",
	scopes: []scope{{name: "@xsai*"}},
	traits: inputAndOutput,
}
