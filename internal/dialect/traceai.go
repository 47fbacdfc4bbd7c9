package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var jTraceAIAnswer = newText()

// traceAI is Future AGI's. Beside the counts it has the answer as it came.
var traceAI = &client{
	name:   "traceai",
	scopes: []scope{{name: "traceai*"}, {name: "@traceai*"}},
	keys: join(
		texts(tSpanKindWord, genAI, "fi.span.kind"),
		texts(jTraceAIAnswer, plain, "raw.output"),
	),
	kind: func(r *reading) (v verdict) {
		if r.span.Name() == "MessagesCountTokens" {
			v = verdict{genai.Other, ""}
		}
		return v
	},
	answers: []text{jTraceAIAnswer},
	traits:  inputAndOutput,
}
