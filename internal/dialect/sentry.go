package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tSentryType   = newText()
	tSentryOrigin = newText()
)

// sentry is Sentry's SDKs. JavaScript's left Anthropic's cached tokens out of the input and had them in its total, and told nothing of a cache of others;
// since 10.78 all are told, in the input. Those of the AI SDK it has as they came.
var sentry = &client{
	name:   "sentry",
	scopes: []scope{{name: "@sentry/*"}},
	keys: join(
		texts(tSentryType, genAI, "gen_ai.operation.type"),
		texts(tSentryOrigin, plain, "sentry.origin"),
		tallies(nCacheRead, "gen_ai.usage.input_tokens.cached"),
		tallies(nCacheWrite, "gen_ai.usage.input_tokens.cache_write"),
		tallies(nReasoning, "gen_ai.usage.output_tokens.reasoning"),
	),
	kind:  sentryChat,
	words: []word{{fact: tSentryType}},
	traits: traits{localAgents: true, totalHolds: true, hidesCache: sentryHides, hides: func(r *reading, u *genai.Usage) string {
		if strings.Contains(r.f.texts[tSentryOrigin], "vercel") {
			return eitherOverlap(r, u)
		}
		return ""
	}},
}

func sentryHides(r *reading) bool { return !r.overAnthropic() && r.between("", "10.78.0") }

// sentryChat: to begin a chat with Google's SDK is no call.
func sentryChat(r *reading) verdict {
	if strings.HasSuffix(r.span.Name(), " create") && r.f.texts[tSystem] == "google_genai" && !r.hasPair() {
		return verdict{genai.Other, ""}
	}
	return verdict{}
}
