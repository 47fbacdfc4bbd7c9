package dialect

import "strings"

// effect is Effect's AI packages for TypeScript, under whatever scope the application has. They tell input and output and no more, of
// Anthropic without what a cache gave or took.
var effect = &client{
	name: "effect",
	sign: func(r *reading) bool {
		name := r.span.Name()
		return strings.HasPrefix(name, "LanguageModel.") || strings.HasPrefix(name, "EmbeddingModel.")
	},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet, hidesCache: always, hides: hiddenThoughts},
}
