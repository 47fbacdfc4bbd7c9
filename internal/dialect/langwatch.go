package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tLangwatchType   = newText()
	jLangwatchUsage  = newText()
	nLangwatchInput  = newTally()
	nLangwatchOutput = newTally()
)

// langwatch is LangWatch's SDK and whoever writes its attributes. Its own wrappers of SDKs tell no cached tokens.
var langwatch = &client{
	name: "langwatch",
	scopes: []scope{
		{name: "langwatch*"},
		{name: "langwatch-service-aigateway", traits: &langwatchGateway},
		{name: "github.com/langwatch/langwatch/*", traits: &langwatchGo},
	},
	keys: join(
		texts(tLangwatchType, genAI, "langwatch.span.type"),
		texts(jLangwatchUsage, genAI, "langwatch.metrics"),
		texts(tConversation, plain, "langwatch.thread.id"),
	),
	words:  []word{{fact: tLangwatchType}},
	json:   []member{{fact: jLangwatchUsage, read: langwatchMetrics, pair: true}},
	pairs:  []pair{{in: nLangwatchInput, out: nLangwatchOutput}},
	costs:  []cost{{in: jLangwatchUsage, name: "cost"}},
	traits: traits{localAgents: true, hidesCache: always},
}

// Its gateway leaves cached tokens and sound out of the counts, whoever answered, and tells the cost in millionths of a dollar.
var langwatchGateway = traits{localAgents: true, cacheApart: always, inMillionths: true, corrects: func(_ *reading, c *counts) {
	c.in, c.out = c.in+c.inputAudio, c.out+c.outputAudio
}}

// Its instrumentations for Go leave cached tokens out of the input, whoever answered, and count thoughts in.
// Gemini tells its counts with each piece of a stream, so one that was let go has those of its beginning, and no reason why it ended.
var langwatchGo = traits{localAgents: true, cacheApart: always, hides: func(r *reading, _ *genai.Usage) string {
	if _, ended := r.f.value(vFinish); !ended && strings.HasPrefix(r.op.Provider, "gcp.") {
		return genai.ReasonHiddenTokens
	}
	return ""
}}

// langwatchMetrics reads the metrics, which may be wrapped: {"type": "json", "value": {…}}.
func langwatchMetrics(r *reading, s string) {
	r.f.readUsage(s, nLangwatchInput, nLangwatchOutput)
	p := scanJSON(s)
	for key := range p.members {
		if key == "value" {
			r.f.usageObject(&p, neither, nLangwatchInput, nLangwatchOutput, 0)
		} else {
			p.skip()
		}
	}
}
