package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var jLangdbUsage = newText()

// langdb is LangDB's gateway, whose usage of a call stands as JSON under a plain name, of Anthropic without what a cache gave or took. The
// spans in it are attempts of the call.
var langdb = &client{
	name:   "langdb",
	scopes: []scope{{name: "langdb*"}},
	own: join(
		texts(jLangdbUsage, plain, "usage"),
		texts(tRequestModel, plain, "inference_model_name"),
		texts(tProvider, plain, "provider_name"),
	),
	mayBe: func(f *facts) bool { return f.texts[jLangdbUsage] != "" },
	kind: func(r *reading) (v verdict) {
		switch {
		case r.span.Name() == "model_call":
			v = verdict{genai.ModelCall, genai.OpChat}
		case r.f.texts[jLangdbUsage] != "":
			v = verdict{genai.Step, ""}
		}
		return v
	},
	json:   []member{{fact: jLangdbUsage, pair: true, read: func(r *reading, s string) { r.f.readUsage(s, nOldInput, nOldOutput) }}},
	traits: traits{localAgents: true, cacheApart: (*reading).soldNet, hides: hiddenThoughts},
}
