package dialect

import (
	"strings"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// inclusive brings the sender's counts into the inclusive convention. guess says that nothing but the size of the numbers told how.
func (r *reading) inclusive(c *counts) (u genai.Usage, guess bool) {
	u = genai.Usage{
		Input: c.in, Output: c.out, CacheRead: c.read, CacheWrite: c.write, CacheWrite1h: c.w1h,
		InputAudio: c.inputAudio, Reasoning: c.reasoning, OutputAudio: c.outputAudio,
	}
	if c.pair.whole {
		r.onlyInTotal(c, &u)
		return u, false
	}
	cacheApart, cacheGuess := r.cacheApart(c)
	if cacheApart {
		u.Input += c.read + c.write
	}
	thoughtsApart, thoughtsGuess := r.thoughtsApart(c)
	if thoughtsApart {
		u.Output += c.reasoning
	}
	return u, r.total(c, &u) || cacheGuess || thoughtsGuess
}

// onlyInTotal adds thoughts of which only the total of counts that are inclusive already tells, and what llmcost has written of them.
func (r *reading) onlyInTotal(c *counts, u *genai.Usage) {
	if more := c.total - u.Input - u.Output; more > 0 && (u.Reasoning == 0 || u.Reasoning == more) && r.thoughtsBeside() {
		u.Output, u.Reasoning = u.Output+more, more
	}
}

// unlisted says that nothing tells which client wrote the span, so nobody has looked how it counts.
func (r *reading) unlisted() bool {
	if r.scope.client != nobody {
		return false
	}
	return !r.f.said.meets(&kindTexts)
}

// overAnthropic says that the call went to a model of Anthropic's, whose own counts leave cached tokens out of the input.
func (r *reading) overAnthropic() bool {
	return genai.ContainsFold(r.saidProvider(), "anthropic") || genai.ContainsFold(r.op.Model(), "claude")
}

// total holds the sender's total against its counts. What Google's is above them are thinking tokens, which some senders do not tell; some
// clients have cached tokens in it only, of which it is then not known whether they were read or written. Anything else that no part
// explains makes the counts doubtful.
func (r *reading) total(c *counts, u *genai.Usage) (guess bool) {
	if c.explained(u, r.thoughtsBeside()) {
		return false
	}
	more := c.total - u.Input - u.Output
	if tools := r.f.tally(nToolPrompt); tools <= more {
		u.Input, more = u.Input+tools, more-tools
		if more == 0 {
			return false
		}
	}
	switch {
	case more <= 0:
	case (c.reasoning == 0 || r.scope.traits.thoughtsTotal) && r.thoughtsBeside():
		u.Output, u.Reasoning = u.Output+more, u.Reasoning+more
		return false
	case r.scope.traits.totalHolds && c.read+c.write == 0:
		u.Input += more
		return true
	}
	r.op.Doubt = genai.ReasonUnexplainedTotal
	return false
}

// explained says whether the total is a sum of what else is told. beside says that thoughts may be in it, and cached tokens not once more.
func (c *counts) explained(u *genai.Usage, beside bool) bool {
	cached, sum := c.read+c.write, c.in+c.out
	switch c.total {
	case 0, sum, sum + c.reasoning, u.Input + u.Output, sum - cached, sum - c.reasoning:
		return true
	case sum + cached, sum + cached + c.reasoning:
		return !beside
	}
	return false
}

// cacheApart decides whether cached tokens must be added to the input: by what the span itself proves, then by what is known of the
// client, then by its total, and last by a cache that is larger than the input.
func (r *reading) cacheApart(c *counts) (apart, guess bool) {
	cached := c.read + c.write
	switch {
	case cached == 0:
		return false, false
	case c.hasNoCache && c.in == c.noCache:
		return true, false
	case c.hasNoCache && cached <= c.in && (c.in == c.noCache+cached || r.f.tallyRanks[nNoCache] < jsonRank):
		return false, false // the client's own count is believed whatever it is, the provider's answer where it fits
	case r.knownApart(c):
		return true, false
	case c.reasoning == 0 && c.total == c.in+c.out+cached && r.thoughtsBeside() && r.unlisted(): // it would be as many thoughts by chance
		return true, true
	case cached != c.reasoning && c.total == c.in+c.out+cached && !r.thoughtsBeside(), // of those it may be as many thoughts
		c.reasoning > 0 && c.total == c.in+c.out+cached+c.reasoning:
		return true, false
	}
	if cached > c.in {
		return true, true
	}
	r.doubtOverlap(c)
	return false, false
}

// doubtOverlap is for models of Anthropic's and on Bedrock, whose own counts leave cached tokens out, as somebody tells them of whom nobody knows how they
// count. Anthropic tells no total: one that is the sum of the two counts was added up by the sender, and says nothing.
func (r *reading) doubtOverlap(c *counts) {
	if !c.hasNoCache && r.scope.client == nobody && (r.unlisted() || r.f.texts[tOpenInferenceKind] != "") &&
		(r.op.Provider == "aws.bedrock" || r.overAnthropic()) {
		r.op.Doubt = genai.ReasonUnknownOverlap
	}
}

// knownApart says whether the client is known to leave cached tokens out of this pair.
func (r *reading) knownApart(c *counts) bool {
	if c.pair.apart != nil && c.pair.apart(r) || r.scope.traits.cacheApart != nil && r.scope.traits.cacheApart(r) {
		return true
	}
	for _, known := range aparts {
		if known(r) {
			return true
		}
	}
	return false
}

// thoughtsApart decides in the same way whether reasoning tokens must be added to the output.
func (r *reading) thoughtsApart(c *counts) (apart, guess bool) {
	cached := c.read + c.write
	switch {
	case c.reasoning == 0:
		return false, false
	case c.total == c.in+c.out && c.reasoning <= c.out && !r.unlisted():
		return false, false
	case r.scope.traits.thoughtsApart && (r.op.Provider == "" || strings.HasPrefix(r.op.Provider, "gcp.")): // of others it passes their counts on
		return true, false
	case cached != c.reasoning && c.total == c.in+c.out+c.reasoning, c.total == c.in+c.out+cached+c.reasoning:
		return true, false
	case c.reasoning > c.out:
		return true, true
	}
	r.doubtThoughts(c)
	return false, false
}

// doubtThoughts is the same of models whose own output leaves thoughts out.
func (r *reading) doubtThoughts(c *counts) {
	if c.total == 0 && r.compatible() || (c.total == 0 || c.total == c.in+c.out) && r.thoughtsBeside() && r.unlisted() {
		r.op.Doubt = genai.ReasonUnknownOverlap
	}
}

// saidProvider is the provider in the sender's words.
func (r *reading) saidProvider() string {
	for _, t := range [...]text{tVercelProvider, tProvider, tHost, tSystem, tSideProvider, tGatewayProvider} {
		if s := r.f.texts[t]; s != "" {
			return s
		}
	}
	return ""
}
