package dialect

var (
	tSpanKindWord = newText()
	tDifyNode     = newText()
)

// dify is Dify's own tracing of its workflows, which names providers by their plugins and tells no cache. gen_ai.span.kind is a word that
// others use too. For Phoenix and Arize, under any scope, it hangs each step below the one before it.
var dify = &client{
	name:   "dify",
	scopes: []scope{{name: "dify*"}, {name: "core.app.workflow*"}, {name: "core.workflow*"}, {name: "extensions.otel*"}},
	sign:   func(r *reading) bool { return r.f.texts[tDifyNode] != "" },
	keys:   join(texts(tSpanKindWord, genAI, "gen_ai.span.kind"), texts(tDifyNode, plain, "dify.node.execution_id")),
	words:  []word{{fact: tSpanKindWord}},
	traits: traits{localAgents: true, hidesCache: always, sequels: true},
}
