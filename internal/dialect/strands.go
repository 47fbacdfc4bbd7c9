package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// strands is Strands Agents. It leaves out what its providers leave out: cached tokens of Anthropic and Amazon, whose models it names. LiteLLM
// leaves none out: its models have the provider's name in front, and its total is the sum of the two counts.
// Its time to the first token, in seconds by its name, is in milliseconds. The providers' SDKs may report each call again, in traces of their
// own and without a word in common: name one of the two in ignore_scopes.
var strands = &client{
	name: "strands",
	scopes: []scope{
		{name: "strands*"},
		{name: "strands.telemetry.tracer", traits: &traits{
			localAgents: true, totalHolds: true, milliseconds: true, cacheApart: strandsApart, hidesCache: strandsHides,
		}},
	},
	traits: traits{localAgents: true, totalHolds: true, milliseconds: true, cacheApart: strandsApart},
}

func strandsApart(r *reading) bool {
	model := r.f.texts[tRequestModel]
	if strings.Contains(model, "/") && r.f.tally(nTotal) == r.f.tally(nInput)+r.f.tally(nOutput) {
		return false
	}
	return genai.ContainsFold(model, "claude") || genai.ContainsFold(model, "amazon.")
}

// strandsHides: in Python only Amazon's models always tell of the cache, in the total if nowhere else. Those of Anthropic, Google and OpenAI's
// newer interface never do.
func strandsHides(r *reading) bool {
	model := r.f.texts[tRequestModel]
	return !genai.ContainsFold(model, "anthropic.") && !genai.ContainsFold(model, "amazon.") && !strings.HasPrefix(model, "arn:aws:bedrock:")
}
