package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var tLangtraceType = newText()

// langtrace is Langtrace's SDKs. Both tell input and output and a sum of their own, and next to nothing of caches.
var langtrace = &client{
	name:   "langtrace",
	scopes: []scope{{name: "@langtrase/*", traits: &langtraceTypeScript}, {name: "langtrace_python_sdk*"}},
	keys: join(
		texts(tLangtraceType, genAI, "langtrace.service.type"),
		texts(tSideProvider, genAI, "langtrace.service.name"),
	),
	words: []word{{fact: tLangtraceType, read: langtraceKind}},
	traits: traits{localAgents: true, hidesCache: always, guess: langtraceCounts, hides: func(r *reading, u *genai.Usage) string {
		if u.Reasoning == 0 && thinks(r.op.Model()) {
			return genai.ReasonHiddenTokens
		}
		return ""
	}},
}

// langtraceKind: what it calls a framework are chains and agents, but for Bedrock's calls in TypeScript.
func langtraceKind(r *reading, s string) verdict {
	switch {
	case s == "vectordb":
		return verdict{genai.Retrieval, genai.OpRetrieval}
	case s == "framework" && !strings.HasPrefix(r.f.texts[tSideProvider], "awsbedrock"):
		return verdict{genai.Step, ""}
	case s == "framework":
		return verdict{genai.ModelCall, genai.OpChat}
	}
	return kindWord(s)
}

// langtraceCounts: of a stream without usage it counts the answer itself, of OpenAI's chat and of Groq's, whose usage it does not find, the
// prompt too.
func langtraceCounts(r *reading, u *genai.Usage) bool {
	return u.Input == 0 || strings.Contains(r.span.Name(), ".chat.completions.") && r.streamStarted()
}

// Its SDK for TypeScript mixes input and output up: of Anthropic, Ollama and Cohere always, of others in streams, which it mostly counts
// itself.
var langtraceTypeScript = traits{
	localAgents: true, hidesCache: always, hides: hiddenThoughts,
	corrects: func(r *reading, c *counts) {
		if langtraceSwaps(r) {
			c.in, c.out = c.out, c.in
		}
	},
	guess: func(r *reading, _ *genai.Usage) bool {
		service := r.f.texts[tSideProvider]
		return service == "cohere" || r.streamStarted() && service != "groq" && service != "anthropic" && service != "awsbedrock"
	},
}

func langtraceSwaps(r *reading) bool {
	switch r.f.texts[tSideProvider] {
	case "anthropic", "Anthropic", "ollama", "cohere":
		return true
	case "groq", "vertexai", "ai":
		return false
	}
	return r.streamStarted()
}

// streamStarted says that an event of the span tells of the begin of a stream.
func (r *reading) streamStarted() bool {
	for e := range eventsOf(r.span) {
		if e.Name() == "stream.start" {
			return true
		}
	}
	return false
}
