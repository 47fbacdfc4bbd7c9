package dialect

var tMastraType = newText()

// mastra follows the conventions, with steps of its own between agent and call.
var mastra = &client{
	name:   "mastra",
	scopes: []scope{{name: "@mastra/*"}},
	keys: join(
		texts(tMastraType, genAI, "mastra.span.type"),
		texts(tConversation, plain, "mastra.metadata.sessionId", "mastra.metadata.threadId"),
		texts(tFirstChunkAt, plain, "mastra.completion_start_time"),
	),
	words:  []word{{fact: tMastraType}},
	traits: traits{localAgents: true},
}
