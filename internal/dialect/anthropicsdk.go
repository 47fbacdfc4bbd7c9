package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

var (
	tInferenceGeo     = newText() // where Anthropic kept the call, which has a price of its own in the US
	vBetas            = newValue()
	nCompactionInput  = newTally()
	nCompactionOutput = newTally()
)

// anthropicSDK is what Anthropic's own SDK says of its calls: the conventions, and how long a cache write lives. Of a usage it leaves out what was
// searched and the mode; what a compaction used it tells beside the rest.
var anthropicSDK = &client{
	name:   "anthropic-sdk",
	scopes: []scope{{name: "com.anthropic.sdk.*"}},
	keys: join(
		texts(tSpeed, plain, "anthropic.response.speed", "anthropic.usage.speed", "gen_ai.response.speed", "gen_ai.usage.speed",
			"anthropic.request.speed", "gen_ai.request.speed"),
		texts(tInferenceGeo, plain, "anthropic.response.inference_geo", "anthropic.usage.inference_geo", "gen_ai.response.inference_geo",
			"gen_ai.usage.inference_geo", "anthropic.request.inference_geo", "gen_ai.request.inference_geo"),
		tallies(nCacheWrite5m, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
		tallies(nCacheWrite1h, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
		tallies(nCompactionInput, "anthropic.usage.compaction.input_tokens"),
		tallies(nCompactionOutput, "anthropic.usage.compaction.output_tokens"),
		values(vFinish, plain, "anthropic.message.stop_reason"),
		values(vBetas, plain, "anthropic.beta"),
	),
	kind: func(r *reading) verdict {
		if r.f.texts[tOperation] == "" && !r.hasPair() { // counting tokens, batches, files, sessions: all else than messages
			return verdict{genai.Other, ""}
		}
		return verdict{}
	},
	traits: traits{corrects: addCompaction, hides: anthropicHides},
}

func addCompaction(r *reading, c *counts) {
	if c.pair.in == nInput {
		c.in, c.out = c.in+r.f.tally(nCompactionInput), c.out+r.f.tally(nCompactionOutput)
	}
}

// anthropicHides: how much of a compaction's input came from the cache is not told, nor is what the betas may have cost that were asked for.
func anthropicHides(r *reading, _ *genai.Usage) string {
	v, told := r.f.value(vBetas)
	asked := func(beta string) bool {
		return told && listed(v, func(s string) bool { return strings.HasPrefix(s, beta) })
	}
	switch {
	case r.f.tally(nCompactionInput) > 0, asked("advisor-tool-"):
		return genai.ReasonHiddenTokens
	case r.f.texts[tSpeed] == "" && asked("fast-mode-"):
		return genai.ReasonUnknownTier
	case asked("code-execution-") && !whole(r.f.texts[jOutputMessages]):
		return genai.ReasonUnknownFee
	}
	return ""
}
