package dialect

import (
	"cmp"
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tMonocleProvider = newText()
	tMonocleModel    = newText()
)

// monocle is Okahu's, which names what took part in an operation one after the other, and tells the usage in an event under plain names. Of
// Anthropic's cache it tells what was read, beside the input; of LangChain's calls no cache.
var monocle = &client{
	name:   "monocle",
	scopes: []scope{{name: "monocle_apptrace*"}},
	own: join(
		texts(tSpanType, plain, "span.type"),
		texts(tMonocleProvider, plain, "entity.1.type"),
		texts(tURL, plain, "entity.1.inference_endpoint"),
		texts(tMonocleModel, plain, "entity.2.type"),
	),
	mayBe: func(f *facts) bool { return f.texts[tSpanType] != "" },
	kind:  monocleKind,
	models: func(r *reading) {
		if model, ok := strings.CutPrefix(r.f.texts[tMonocleModel], "model."); ok && r.op.Model() == "" {
			_, r.op.RequestModel, _ = strings.Cut(model, ".")
		}
	},
	provider: func(r *reading) string {
		if provider, ok := strings.CutPrefix(r.f.texts[tMonocleProvider], "inference."); ok && provider != "generic" {
			return canonical(provider)
		}
		return ""
	},
	traits: traits{
		localAgents: true, thoughtsApart: true, hidesCache: always,
		cacheApart: func(r *reading) bool { return r.overAnthropic() || r.op.Provider == "aws.bedrock" },
		hides:      func(r *reading, u *genai.Usage) string { return cmp.Or(monocleWrites(r), hiddenThoughts(r, u)) },
	},
}

func monocleKind(r *reading) verdict {
	kind, _, _ := strings.Cut(r.f.texts[tSpanType], ".")
	switch kind {
	case "inference":
		r.usageOfEvent("metadata")
		return verdict{genai.ModelCall, genai.OpChat}
	case "embedding":
		r.usageOfEvent("metadata")
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	case "retrieval":
		return verdict{genai.Retrieval, genai.OpRetrieval}
	case "workflow":
		return verdict{genai.Workflow, genai.OpInvokeWorkflow}
	case "agentic":
		switch r.f.texts[tSpanType] {
		case "agentic.tool.invocation", "agentic.mcp.invocation":
			return verdict{genai.Tool, genai.OpExecuteTool}
		}
		return verdict{genai.Agent, genai.OpInvokeAgent}
	}
	return verdict{}
}

// usageOfEvent reads the usage that an event of that name has under plain names.
func (r *reading) usageOfEvent(name string) {
	for e := range eventsOf(r.span) {
		if e.Name() != name {
			continue
		}
		for key, v := range e.Attributes().All() {
			t := usageTally(key, neither)
			switch t {
			case nInput:
				t = nOldInput
			case nOutput:
				t = nOldOutput
			}
			if n, ok := genai.Count(v); ok && t != noTally {
				r.f.add(t, n, jsonRank)
			}
		}
	}
}

func monocleWrites(r *reading) string {
	if r.f.has(nCacheRead) && !r.f.has(nCacheWrite) && r.overAnthropic() {
		return genai.ReasonHiddenTokens
	}
	return ""
}
