package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var vTRPCCacheRead = newValue()

// trpcAgent is Tencent's tRPC-Agent for Go, which names itself as the provider. Of Anthropic's and Amazon's API it tells the cache by names of
// their own too, and the input without it; of Google's streams it adds up what each part says of the whole. A stream that was let go ends without
// any attribute.
var trpcAgent = &client{
	name:   "trpc-agent-go",
	scopes: []scope{{name: "trpc.agent.go"}},
	keys:   tallies(nCacheWrite, "gen_ai.usage.input_tokens.cache_creation"),
	own:    values(vTRPCCacheRead, plain, "gen_ai.usage.input_tokens.cache_read"), // the same count stands under the name that Sentry has too
	mayBe:  func(*facts) bool { return true },
	lateKind: func(r *reading) verdict {
		if strings.HasPrefix(r.span.Name(), "chat ") {
			return verdict{genai.ModelCall, genai.OpChat}
		}
		return verdict{}
	},
	models: func(r *reading) {
		if model, ok := strings.CutPrefix(r.span.Name(), "chat "); ok && r.scope.name == "trpc.agent.go" && r.op.Model() == "" {
			r.op.RequestModel = model
		}
	},
	traits: traits{
		localAgents: true, thoughtsApart: true,
		cacheApart: func(r *reading) bool { return r.f.has(nCacheWrite) || r.f.valueRanks[vTRPCCacheRead] != 0 },
		guess: func(r *reading, _ *genai.Usage) bool {
			return r.f.valueRanks[vStream] != 0 && genai.ContainsFold(r.op.Model(), "gemini")
		},
	},
}
