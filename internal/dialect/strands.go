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
		{name: strandsPython, traits: &traits{
			localAgents: true, totalHolds: true, milliseconds: true, cacheApart: strandsApart, hidesCache: strandsHides, hides: strandsEither,
		}},
	},
	traits: traits{localAgents: true, totalHolds: true, milliseconds: true, cacheApart: strandsApart, hides: strandsEither},
}

// strandsApart: since August 2026 its input holds cached tokens, whoever answered. Amazon's total shows it; Python's spans with the
// conventions' names for the cache are most likely of then.
func strandsApart(r *reading) bool {
	model := r.f.texts[tRequestModel]
	if r.strandsSum() && (strings.Contains(model, "/") || soldByAmazon(model) || r.strandsConventions() && r.scope.name == strandsPython) {
		return false
	}
	return genai.ContainsFold(model, "claude") || genai.ContainsFold(model, "amazon.")
}

const strandsPython = "strands.telemetry.tracer"

func (r *reading) strandsSum() bool { return r.f.tally(nTotal) == r.f.tally(nInput)+r.f.tally(nOutput) }

func (r *reading) strandsConventions() bool {
	f := r.f
	return f.tallyRanks[nCacheRead] == 1 || f.has(nCacheWrite) && f.tallyRanks[nCacheWrite] <= 2
}

func soldByAmazon(model string) bool {
	return genai.ContainsFold(model, "anthropic.") || genai.ContainsFold(model, "amazon.") || strings.HasPrefix(model, "arn:aws:bedrock:")
}

// strandsEither: the total of Anthropic's own API was the sum of its two counts before and is so after.
func strandsEither(r *reading, u *genai.Usage) string {
	model := r.f.texts[tRequestModel]
	cached := u.CacheRead + u.CacheWrite
	if cached > 0 && cached <= r.f.tally(nInput) && r.strandsSum() && r.strandsConventions() && genai.ContainsFold(model, "claude") &&
		!strings.Contains(model, "/") && !soldByAmazon(model) {
		return genai.ReasonUnknownOverlap
	}
	return ""
}

// strandsHides: in Python only Amazon's models always tell of the cache, in the total if nowhere else. Those of Anthropic, Google and OpenAI's
// newer interface never do.
func strandsHides(r *reading) bool {
	return !soldByAmazon(r.f.texts[tRequestModel])
}
