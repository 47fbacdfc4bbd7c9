package dialect

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// exclusiveInput lists the senders whose input count leaves out cached tokens; it must decide also where uncached tokens
// outnumber cached ones. Everyone else follows the convention: the input holds its parts. Every row is from a recorded run or
// from the client's source.
var exclusiveInput = [...]struct {
	client   client
	provider string // part of the provider's name as the span gives it, "" for any
	spelled  bool   // only where the cache counts are attributes under OpenInference's names, not just in the answer
	bare     bool   // only where the pair that is read is the client's own, under keys without a prefix
}{
	{client: claudeCode, bare: true}, // from 2.1.332 on it says the convention's pair beside, inclusive
	{client: traceloopAnthropicJS},   // the Python package of the same project adds them up
	{client: openlitAnthropicJS},
	{client: traceloopBedrock},
	{client: openInferenceBedrock, spelled: true}, // its Anthropic stream adds them up and leaves the parts in the answer
	{client: vercelAI, provider: "anthropic"},     // up to AI SDK 5; 6 and later send noCacheTokens
	{client: vercelAI, provider: "bedrock"},
}

// inputExclusive decides whether cached tokens must be added to the input.
func (r *reading) inputExclusive(c *counts) bool {
	cached := c.read + c.write
	switch {
	case cached == 0:
		return false
	case cached > c.in:
		return true
	case c.hasNoCache && (c.in == c.noCache || c.in == c.noCache+cached || r.f.tallyRanks[nNoCache] < jsonRank):
		return c.in == c.noCache // the client's own count is believed whatever it is, the provider's answer where it fits
	case c.total > 0 && cached != c.reasoning && c.total == c.in+c.out+cached:
		return true
	case c.total > 0 && c.reasoning > 0 && c.total == c.in+c.out+cached+c.reasoning:
		return true
	}
	return r.senderExcludes(c)
}

// senderExcludes says whether the sender is one that leaves cached tokens out.
func (r *reading) senderExcludes(c *counts) bool {
	sender := r.scope.client
	if r.isVercel() {
		sender = vercelAI
	}
	for i := range exclusiveInput {
		row := &exclusiveInput[i]
		if row.client == sender && genai.ContainsFold(r.saidProvider(), row.provider) &&
			(!row.spelled || r.f.keys&hasOpenInferenceCache != 0) && (!row.bare || c.bare) {
			return true
		}
	}
	return false
}

// saidProvider is the provider in the sender's words.
func (r *reading) saidProvider() string {
	for _, t := range [...]text{tVercelProvider, tProvider, tHost, tSystem} {
		if s := r.f.texts[t]; s != "" {
			return s
		}
	}
	return ""
}

// outputExclusive decides whether reasoning tokens must be added to the output.
func (r *reading) outputExclusive(c *counts) bool {
	cached := c.read + c.write
	switch {
	case c.reasoning == 0:
		return false
	case c.reasoning > c.out:
		return true
	case c.total > 0 && c.total == c.in+c.out:
		return false
	case c.total > 0 && cached != c.reasoning && c.total == c.in+c.out+c.reasoning:
		return true
	case c.total > 0 && cached > 0 && c.total == c.in+c.out+cached+c.reasoning:
		return true
	}
	return r.scope.client == googleADK || r.scope.client == geminiCLI
}
