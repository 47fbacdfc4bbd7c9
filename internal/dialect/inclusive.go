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
	return u, r.unexplained(&u, c.total) || cacheGuess || thoughtsGuess
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
	case c.total > 0 && cached != c.reasoning && c.total == c.in+c.out+cached:
		return true, false
	case c.total > 0 && c.reasoning > 0 && c.total == c.in+c.out+cached+c.reasoning:
		return true, false
	}
	return cached > c.in, cached > c.in
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

// unexplained adds the tokens that a client says in its total only: thoughts of Google's models, else cached tokens, of which it is then
// not known whether they were read or written.
func (r *reading) unexplained(u *genai.Usage, total int64) (guess bool) {
	more := total - u.Input - u.Output
	if more <= 0 || total > genai.MaxTokens {
		return false
	}
	switch t := r.scope.traits; {
	case t.thoughtsTotal && strings.HasPrefix(r.op.Provider, "gcp."):
		u.Output, u.Reasoning = u.Output+more, u.Reasoning+more
	case t.totalHolds && u.CacheRead+u.CacheWrite == 0:
		u.Input += more
		return true
	}
	return false
}

// thoughtsApart decides in the same way whether reasoning tokens must be added to the output.
func (r *reading) thoughtsApart(c *counts) (apart, guess bool) {
	cached := c.read + c.write
	switch {
	case c.reasoning == 0:
		return false, false
	case c.total > 0 && c.total == c.in+c.out && c.reasoning <= c.out:
		return false, false
	case r.scope.traits.thoughtsApart:
		return true, false
	case c.total > 0 && cached != c.reasoning && c.total == c.in+c.out+c.reasoning:
		return true, false
	case c.total > 0 && cached > 0 && c.total == c.in+c.out+cached+c.reasoning:
		return true, false
	}
	return c.reasoning > c.out, c.reasoning > c.out
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
