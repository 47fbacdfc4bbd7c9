// Package pricing turns a model call into money: a table of prices, the matching of provider and model to a row, and exact
// arithmetic. Prices are integers in pico-USD per unit, amounts are pico-USD until they are rounded once, half to even, to
// nano-USD. It uses the standard library only and knows nothing of spans.
package pricing

import "time"

// Usage is what one call used, in the inclusive convention of the genai-prices schema: Input contains every input
// sub-count, Output every output sub-count, and CacheWrite contains CacheWrite1h.
type Usage struct {
	Input, Output                       int64 // tokens
	CacheRead, CacheWrite, CacheWrite1h int64 // parts of Input
	InputAudio, InputImage, InputVideo  int64 // parts of Input
	CacheAudioRead, CacheImageRead      int64 // parts of CacheRead and of InputAudio, InputImage
	Reasoning, OutputAudio, OutputImage int64 // parts of Output
	WebSearches, Requests               int64 // counts; Requests is 1 for a call
	AudioSeconds                        int64
}

// Call is one priced thing.
type Call struct {
	Provider    string // genai-prices id or the semantic conventions' name; "" lets the model decide
	Model       string
	Time        time.Time // prices change: the row that held at this instant is used
	ServiceTier string    // "batch", "flex", "priority"; "", "default", "standard", "auto" are the list price
	Region      string    // cloud region, for regional multipliers
	Usage       Usage
}
