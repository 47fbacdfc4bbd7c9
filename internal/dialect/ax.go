package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var vAxStreams = newValue()

// ax is Ax for TypeScript, under whatever scope the application has. Its usage stands in an event, of which the input leaves out what a
// cache gave or took of every provider; only the total has it.
var ax = &client{
	name: "ax",
	sign: func(r *reading) bool { return r.f.valueRanks[vAxStreams] != 0 },
	keys: values(vAxStreams, plain, "gen_ai.request.llm_is_streaming"),
	traits: traits{
		localAgents: true, thoughtsApart: true,
		corrects: func(r *reading, c *counts) {
			if r.isOurs() { // what llmcost filled in holds all parts
				r.axEvent(c)
			}
			cached := c.total - c.in - c.out
			if strings.HasPrefix(r.op.Provider, "gcp.") {
				cached -= c.reasoning
			}
			if cached <= 0 {
				return
			}
			c.in += cached
			if !r.soldNet() && !r.overAnthropic() { // of those it may have been written as well as read
				c.read += cached
			}
			r.op.Doubt = genai.ReasonHiddenTokens
		},
	},
}

// axEvent takes the counts from the event.
func (r *reading) axEvent(c *counts) {
	for e := range eventsOf(r.span) {
		attrs := e.Attributes()
		if _, ok := attrs.Get(genai.UsageInput); !ok {
			continue
		}
		*c = counts{pair: c.pair}
		for key, v := range attrs.All() {
			n, ok := genai.Count(v)
			if !ok || n == genai.BadCount {
				continue
			}
			switch key {
			case genai.UsageInput:
				c.in = n
			case genai.UsageOutput:
				c.out = n
			case "gen_ai.usage.total_tokens":
				c.total = n
			case "gen_ai.usage.thoughts_tokens":
				c.reasoning = n
			}
		}
		return
	}
}
