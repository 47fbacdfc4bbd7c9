package genai

import "math"

// UsageState says what is known of an operation's token counts.
type UsageState uint8

// The states of usage.
const (
	UsageNone    UsageState = iota // the span carries no counts
	UsageKnown                     // counts that make sense
	UsageGuessed                   // counts from the client's own tokenizer, not from the provider
	UsageBad                       // counts that make no sense: negative, NaN, a part larger than the whole
)

// Counts says that there are counts, be they a guess.
func (s UsageState) Counts() bool { return s == UsageKnown || s == UsageGuessed }

// Usage counts tokens in the inclusive convention: every sub-count is part of Input or of Output. Missing counts are 0.
type Usage struct {
	Input        int64 // all input tokens
	Output       int64 // all output tokens
	CacheRead    int64 // part of Input read from the provider's prompt cache
	CacheWrite   int64 // part of Input written to it, whatever its lifetime (CacheWrite1h included)
	CacheWrite1h int64 // part of CacheWrite with a lifetime of one hour
	InputAudio   int64 // part of Input
	Reasoning    int64 // part of Output
	OutputAudio  int64 // part of Output
}

// Billed is how often a call used tools of the provider that are billed by use.
type Billed struct{ WebSearches, FileSearches, CodeRuns int64 }

// InputUncached is the part of the input that neither was read from nor written to the prompt cache.
func (u *Usage) InputUncached() int64 { return u.Input - u.CacheRead - u.CacheWrite }

// OutputVisible is the part of the output that is not reasoning.
func (u *Usage) OutputVisible() int64 { return u.Output - u.Reasoning }

// SubCounts is how many sub-counts say something; of two spans for one call the one with more knows the bill better.
func (u *Usage) SubCounts() int {
	n := 0
	for _, v := range [...]int64{u.CacheRead, u.CacheWrite, u.CacheWrite1h, u.Reasoning, u.InputAudio, u.OutputAudio} {
		if v > 0 {
			n++
		}
	}
	return n
}

// What is believed of one call. MaxTokens is a thousand times the largest context window; above it usage is UsageBad. MaxUSD is far above
// any bill, and a double holds each nano-USD up to it.
const (
	MaxTokens = 1 << maxTokensBits
	// MaxAdded is how many calls or tokens a point of a metric may add.
	MaxAdded = MaxTokens * 1000
	MaxUSD   = 1_000_000

	maxTokensBits = 34
)

// NanoUSD is the exact amount that llmcost wrote as a double, rounded half to even. What is no amount (negative, no number, above MaxUSD) is
// refused.
func NanoUSD(usd float64) (int64, bool) {
	if !(usd >= 0 && usd <= MaxUSD) {
		return 0, false
	}
	return int64(math.RoundToEven(usd * 1e9)), true
}

// Valid says whether no count is negative or above MaxTokens and no part is larger than its whole.
func (u *Usage) Valid() bool {
	if (u.Input|u.Output|u.CacheRead|u.CacheWrite|u.CacheWrite1h|u.InputAudio|u.Reasoning|u.OutputAudio)>>(maxTokensBits+1) != 0 {
		return false // some are negative or above twice MaxTokens, so the sums that follow do not overflow
	}
	return u.Input <= MaxTokens && u.Output <= MaxTokens && u.CacheRead+u.CacheWrite <= u.Input && u.CacheWrite1h <= u.CacheWrite &&
		u.InputAudio <= u.Input && u.Reasoning+u.OutputAudio <= u.Output
}

// UsageOf is what a pair of counts by itself says of usage. Two zeros say nothing: no model answers without reading.
func UsageOf(in, out int64) UsageState {
	switch {
	case in < 0 || out < 0:
		return UsageBad
	case in == 0 && out == 0:
		return UsageNone
	}
	return UsageKnown
}

// UsageOfPoints puts together what the points of one metric add, by what they count: some clients count the parts, some all of the input or
// output beside them.
func UsageOfPoints(counts map[string]float64) Usage {
	n := func(tokens string) int64 { return int64(min(counts[tokens], MaxTokens)) }
	u := Usage{CacheRead: n(TokensCacheRead), CacheWrite: n(TokensCacheWrite), Reasoning: n(TokensReasoning)}
	u.Input = max(n(TokensInput), n(TokensInputUncached)+u.CacheRead+u.CacheWrite)
	u.Output = max(n(TokensOutput), n(TokensOutputVisible)+u.Reasoning)
	return u
}
