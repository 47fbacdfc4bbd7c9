package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var tOpenAIResource = newText()

// openaiPHP is OpenTelemetry's for OpenAI's client in PHP, which has names of its own and tells of streams no usage, and of no cache.
var openaiPHP = &client{
	name:   "openai-php",
	scopes: []scope{{name: "io.opentelemetry.contrib.php.openaiphp"}},
	keys: join(
		texts(tOpenAIResource, genAI, "openai.resource"),
		texts(tRequestModel, genAI, "openai.model"),
		tallies(nInput, "openai.usage.prompt_tokens"),
		tallies(nOutput, "openai.usage.completion_tokens"),
		tallies(nTotal, "openai.usage.total_tokens"),
	),
	words: []word{{fact: tOpenAIResource, read: openaiResource}},
	provider: func(r *reading) string {
		if r.f.texts[tOpenAIResource] == "" {
			return ""
		}
		return providerOfModel(r.op.Model())
	},
	traits: traits{localAgents: true, hidesCache: always},
}

// openaiResource reads what was called: chat/create.
func openaiResource(_ *reading, s string) verdict {
	switch resource, _, _ := strings.Cut(s, "/"); resource {
	case "chat", "edits":
		return verdict{genai.ModelCall, genai.OpChat}
	case "completions":
		return verdict{genai.ModelCall, genai.OpTextCompletion}
	case "embeddings":
		return verdict{genai.ModelCall, genai.OpEmbeddings}
	case "audio", "images":
		return verdict{genai.ModelCall, resource}
	}
	return verdict{genai.Other, ""}
}
