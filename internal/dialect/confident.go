package dialect

var tConfidentType = newText()

// confident is Confident AI's, DeepEval's attributes for spans of one's own.
var confident = &client{
	name:   "confident",
	scopes: []scope{{name: "deepeval*"}, {name: "confident*"}},
	keys: join(
		texts(tConfidentType, genAI, "confident.span.type"),
		texts(tModelName, genAI, "confident.llm.model"),
		texts(tConversation, plain, "confident.trace.thread_id"),
		tallies(nOldInput, "confident.llm.input_token_count"),
		tallies(nOldOutput, "confident.llm.output_token_count"),
	),
	words:  []word{{fact: tConfidentType}},
	traits: inputAndOutput,
}
