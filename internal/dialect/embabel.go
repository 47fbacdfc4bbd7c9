package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

var tEmbabelEvent = newText()

// embabel is Embabel's agents, which repeat in events of their own what Spring AI tells of the calls beneath them.
var embabel = &client{
	name: "embabel",
	keys: texts(tEmbabelEvent, plain, "embabel.event.type"),
	sum: func(r *reading) (v verdict) {
		switch r.f.texts[tEmbabelEvent] {
		case "llm_invocation", "embedding":
			v = verdict{genai.Step, ""}
		}
		return v
	},
}
