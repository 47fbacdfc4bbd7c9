package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var (
	jTraceAIAnswer = newText()
	jTraceAIAsked  = newText()
)

// traceAI is Future AGI's. Beside the counts it has the answer as it came; of a stream of OpenAI's, and of a call that failed, the request alone
// names the model.
var traceAI = &client{
	name:   "traceai",
	scopes: []scope{{name: "traceai*"}, {name: "@traceai*"}},
	keys: join(
		texts(tSpanKindWord, genAI, "fi.span.kind"),
		texts(jTraceAIAnswer, plain, "raw.output"),
		texts(jTraceAIAsked, plain, "gen_ai.request.parameters"),
	),
	kind: func(r *reading) (v verdict) {
		if r.span.Name() == "MessagesCountTokens" {
			v = verdict{genai.Other, ""}
		}
		return v
	},
	json: []member{{fact: jTraceAIAsked, text: true, read: func(r *reading, s string) {
		r.f.setText(tRequestTier, textMember(s, "service_tier"))
	}}},
	answers: []text{jTraceAIAnswer},
	models: func(r *reading) {
		if s := r.f.texts[jTraceAIAsked]; r.op.Model() == "" && s != "" {
			r.op.RequestModel = textMember(s, "model")
		}
	},
	traits: inputAndOutput,
}
