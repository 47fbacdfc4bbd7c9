package dialect

// promptFlow is Microsoft's, which adds up the counts of what is below each span under names of its own. It tells no cache, and of streams
// counts of its own tokenizer.
var promptFlow = &client{
	name:   "promptflow",
	scopes: []scope{{name: "promptflow"}},
	traits: inputAndOutput,
}
