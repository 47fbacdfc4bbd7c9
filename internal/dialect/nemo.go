package dialect

// nemo is NVIDIA's agent toolkit, which names the framework beneath as the provider.
var nemo = &client{
	name:   "nemo",
	scopes: []scope{{name: "nat"}, {name: "aiq"}},
	traits: traits{localAgents: true, hidesCache: always, hides: hiddenThoughts},
}

// promptFlow is Microsoft's, which adds up the counts of what is below each span under names of its own. It tells no cache, and of streams
// counts of its own tokenizer.
var promptFlow = &client{
	name:   "promptflow",
	scopes: []scope{{name: "promptflow"}},
	traits: traits{localAgents: true, hidesCache: always, hides: hiddenThoughts},
}
