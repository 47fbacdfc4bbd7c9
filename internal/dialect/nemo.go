package dialect

// nemo is NVIDIA's agent toolkit, which names the framework beneath as the provider.
var nemo = &client{
	name:   "nemo",
	scopes: []scope{{name: "nat"}, {name: "aiq"}},
	traits: inputAndOutput,
}
