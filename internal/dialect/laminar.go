package dialect

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var tLaminarType = newText()

// laminar is Laminar's SDKs, whose counts hold all parts. OpenHands tells its calls through them.
var laminar = &client{
	name:   "laminar",
	scopes: []scope{{name: "lmnr*"}, {name: "@lmnr*"}},
	keys: join(
		texts(tLaminarType, genAI, "lmnr.span.type"),
		texts(tConversation, plain, "lmnr.association.properties.session_id"),
	),
	words:  []word{{fact: tLaminarType, read: laminarKind}},
	traits: traits{localAgents: true},
}

// laminarKind: the spans around the AI SDK's calls name the model too. Of a call that failed only the one around it tells that it did.
func laminarKind(r *reading, word string) verdict {
	operation, around := r.span.Attributes().Get("ai.operation")
	switch {
	case around && strings.HasPrefix(operation.Str(), "ai.embed"):
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	case around && word == "DEFAULT" && !r.hasPair() && r.span.Status().Code() != ptrace.StatusCodeError:
		return verdict{genai.Step, ""}
	}
	return kindWord(word)
}
