package dialect

var tSpanKindWord = newText()

// dify is Dify's own tracing of its workflows, which names providers by their plugins and tells no cache. gen_ai.span.kind is a word that
// others use too.
var dify = &client{
	name:   "dify",
	scopes: []scope{{name: "dify*"}, {name: "core.app.workflow*"}, {name: "core.workflow*"}, {name: "extensions.otel*"}},
	keys:   texts(tSpanKindWord, genAI, "gen_ai.span.kind"),
	words:  []word{{fact: tSpanKindWord}},
	traits: traits{localAgents: true, hidesCache: always},
}
