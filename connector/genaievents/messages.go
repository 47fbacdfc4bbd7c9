package genaievents

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// rankOfMessages is that of a text that only an event of the span says: any attribute wins.
const rankOfMessages = 6

// readEvents reads what the conventions once put into events of the span, one for each message, and some clients do still. Of several
// messages the last one is what was asked, and what was answered. On a tool's span the messages are its arguments and its result.
func (c *content) readEvents(span ptrace.Span, tool bool) {
	all := span.Events()
	input, answer, asks := textInput, textAnswer, "gen_ai.user.message"
	if tool {
		input, answer, asks = textArguments, textResult, "gen_ai.tool.message"
	}
	for i := all.Len() - 1; i >= 0 && all.Len()-i <= maxEvents; i-- {
		e := all.At(i)
		switch e.Name() {
		case asks:
			c.message(input, e.Attributes(), "content")
		case "gen_ai.choice":
			c.message(answer, e.Attributes(), "message")
		case genai.EventInferenceDetails, "gen_ai.content.prompt", "gen_ai.content.completion":
			c.readPlaces(e.Attributes())
		}
	}
}

func (c *content) message(t text, attrs pcommon.Map, key string) {
	if v, ok := attrs.Get(key); ok {
		c.found(t, rankOfMessages, v)
	}
}
