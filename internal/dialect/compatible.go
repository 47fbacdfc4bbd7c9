package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Most who speak OpenAI's protocol count thinking tokens into the output, as OpenAI does. Google and xAI do not: there they stand beside it
// and in the total. Whoever passes the two counts on as they came has too little output.

// thoughtsBeside says that whoever answered counts so.
func (r *reading) thoughtsBeside() bool {
	return strings.HasPrefix(r.op.Provider, "gcp.") || r.compatible()
}

// compatible says that Google or xAI answered in OpenAI's protocol, as far as the model tells: others that sell their models in it have the
// maker's name in front, and so has Vertex, which its address tells. The AI SDK adds the thoughts itself.
func (r *reading) compatible() bool {
	switch r.scope.client.name {
	case "vercel-ai-otel", "litellm":
		return false
	}
	model := strings.TrimPrefix(r.op.Model(), "models/")
	switch r.op.Provider {
	case "openai":
		return strings.HasPrefix(model, "gemini-") || strings.HasPrefix(model, "grok-") || strings.HasPrefix(model, "google/gemini-") && r.atGoogle()
	case "x_ai", "":
		return strings.HasPrefix(model, "grok-")
	}
	return false
}

// atGoogle says that the address which answered is one of Google's.
func (r *reading) atGoogle() bool {
	return strings.Contains(r.f.texts[tServer], ".googleapis.com") || strings.Contains(r.f.texts[tURL], ".googleapis.com")
}

// hiddenBeside says that nothing on the span shows whether the model of Google's or xAI's thought. Pydantic AI tells thoughts where there
// were some.
func (r *reading) hiddenBeside(u *genai.Usage) bool {
	if u.Reasoning > 0 || r.f.tally(nTotal) > 0 || r.scope.client.name == "pydantic-ai" || !r.compatible() {
		return false
	}
	model := r.op.Model()
	return thinks(model) || grokThinks(model)
}

// mayHideThoughts says that nobody knows whether the sender counts the thoughts of Google's model into its output, and nothing on the span
// shows whether there were any.
func (r *reading) mayHideThoughts(u *genai.Usage) bool {
	if !r.unlisted() || r.f.has(nReasoning) || r.op.Provider != "" && !r.thoughtsBeside() {
		return false
	}
	return hiddenThoughts(r, u) != ""
}

// grokThinks says whether a model of xAI's thinks.
func grokThinks(model string) bool {
	rest, ok := strings.CutPrefix(model, "grok-")
	switch {
	case !ok, strings.Contains(rest, "non-reasoning"), strings.Contains(rest, "imagine"), strings.Contains(rest, "image"), strings.Contains(rest, "voice"):
		return false
	case strings.HasPrefix(rest, "1"), strings.HasPrefix(rest, "2"), strings.HasPrefix(rest, "beta"), strings.HasPrefix(rest, "vision"):
		return false
	case strings.HasPrefix(rest, "3"):
		return strings.HasPrefix(rest, "3-mini")
	}
	return true
}
