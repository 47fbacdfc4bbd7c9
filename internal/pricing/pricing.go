// Package pricing turns a model call into money: a table of prices, the matching of provider and model to a row, and exact
// arithmetic. Prices are integers in pico-USD per unit, amounts are pico-USD until they are rounded once, half to even, to
// nano-USD. It uses the standard library only and knows nothing of spans.
package pricing

import (
	"errors"
	"time"
)

// Usage is what one call used, in the inclusive convention of the genai-prices schema: Input contains every input
// sub-count, Output every output sub-count, and CacheWrite contains CacheWrite1h.
type Usage struct {
	Input, Output                       int64 // tokens
	CacheRead, CacheWrite, CacheWrite1h int64 // parts of Input
	InputAudio, InputImage, InputVideo  int64 // parts of Input
	CacheAudioRead, CacheImageRead      int64 // parts of CacheRead and of InputAudio, InputImage
	Reasoning, OutputAudio, OutputImage int64 // parts of Output
	WebSearches                         int64
	Requests                            int64         // 0 counts as the one request that a call is
	AudioTime                           time.Duration // audio that is billed by its length
	Other                               []Quantity    // units without a field of their own

	// Longest is the input by which a rate with tiers goes, where this is the sum of several calls; 0 is Input.
	Longest int64
}

// Quantity is an amount of one unit: tokens, calls, pages; nanoseconds where the unit is a duration.
type Quantity struct {
	Unit Unit
	N    int64
}

// Call is one priced thing.
type Call struct {
	Provider    string    // genai-prices id or the semantic conventions' name; "" lets the model decide
	Model       string    // as the provider or the client names it
	Time        time.Time // prices change: the row that held at this instant is used
	ServiceTier string    // the served tier: "batch", "flex", "priority"; "", "default", "standard", "auto" are the list price
	Region      string    // region of the endpoint that served the call; "" and "global" carry no surcharge
	Usage       Usage
}

// Cost is what a call cost, in nano-USD. Total is rounded once, half to even. Input+Output == Total, and
// InputUncached+CacheRead+CacheWrite+InputAudio+Fees == Input, and OutputVisible+Reasoning+OutputAudio == Output, exactly:
// each part is a difference of rounded running sums, so it is within one nano-USD of its own exact value and never negative.
type Cost struct {
	Total, Input, Output                                   int64
	InputUncached, CacheRead, CacheWrite, InputAudio, Fees int64 // Fees: the request itself, searches and other tool calls
	OutputVisible, Reasoning, OutputAudio                  int64
	// Saved is the cost of the same call without prompt caching minus Total. Writing to a cache can cost more than it saves:
	// then Saved is negative.
	Saved int64
	Free  bool   // the row says that this model costs nothing
	Row   string // the row used, for audits: "openai/gpt-4o-mini@2026-09-23"
	Guess string // "" for an exact price, else why it is a guess: one of the constants below
}

// Reasons for Cost.Guess.
const (
	// GuessServiceTier: no price is known for the call's service tier; the list price was used.
	GuessServiceTier = "unknown_service_tier"
	// GuessPrepaid: the call used capacity that was paid for beforehand, such as Vertex' provisioned throughput; the list price was used.
	GuessPrepaid = "prepaid_capacity"
	// GuessFee: a search was made, and the row says nothing of what one costs; it was left out.
	GuessFee = "unknown_fee"
	// GuessOverlap: the row prices cached audio (or another overlap) apart, both halves were used, and nothing says how much they
	// overlap; no overlap was assumed.
	GuessOverlap = "unknown_overlap"
	// GuessModel: the row is that of the model whose name the call's begins with or contains. Its own price is not in the table.
	GuessModel = "model_guessed"
	// GuessSeller: the provider does not sell the model, so another did, who is not known.
	GuessSeller = "provider_guessed"
	// GuessRate: the row lacks a rate for a part of what was used, which was priced as what it is a part of (an hour in the cache as five
	// minutes, what was read from the cache as new), or, where that is the output, as nothing.
	GuessRate = "no_rate"
	// GuessRegion: prices differ by region, and the table has none for the call's.
	GuessRegion = "unknown_region"
)

var (
	// ErrBadUsage says that the counts make no sense: negative, a part larger than its whole, or a cost beyond 9.2 billion USD.
	ErrBadUsage = errors.New("usage makes no sense")
	// ErrNoRate says that the row prices nothing of what the call used, so its cost is unknown rather than zero.
	ErrNoRate = errors.New("row has no rate for what was used")
)
