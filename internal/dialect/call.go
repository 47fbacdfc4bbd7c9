package dialect

import (
	"math"
	"time"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Call is one GenAI operation with what llmcost needs besides, to price it and to write it down.
type Call struct {
	genai.Operation

	CostSource  CostSource
	ReportedUSD float64 // finite and > 0 unless CostSource is CostNone
	CostTells   bool    // ReportedUSD is made by the maker's prices of all that was used, and the counts may leave some of it out
	FailsTool   bool    // a step: where it failed, the run of the tool that it lies in did
	Seconds     float64 // how long it took, of a log record; 0 is unknown
	Region      string  // cloud region of the endpoint, where the span says it
	MadeIn      string  // the region that the answer itself names, if that is Region's source; of a step that of the call in it
	TierInside  string  // of a step: the service tier of the call in it
	InputInside int64   // of a step: the input of the call in it
	OfRun       bool    // its usage is that of a turn or run, which may have made several calls
	Calls       Calls   // how long the calls of that run were, once that is known
	Server      string  // the address of whoever answered: a host, as server.address has it
	URL         string  // the same as a URL, where the span has one
	Sequel      bool    // the span lies in one that came before it, which it is no part of
	Passes      bool    // a step: the calls inside it and the call that it lies in are one call or its parts
	Fetched     bool    // the span brings an answer that was asked for before
	Loose       bool    // the span may sum up calls that lie in it, however deep
	EndedEarly  bool    // it failed when the answer had begun, as the error or the answer tells
	Sampled     bool    // its span stands for others that its sender left out
	Filtered    bool    // a content filter refused the prompt, as the error tells
	Sure        bool    // the client says itself who answered: Provider is not just the name of its SDK

	Extras Extras
	Untold Untold
	Doubt  string // why the counts may be other ones, as an llm.cost.reason; "" where nothing speaks against them

	Ran genai.Billed // of a tool that the provider ran: what it bills with the call of the model that ran it; Doubt where that is not known

	Relay string // of a tool: the name under which the same sender tells the run that this report passes on; "" where it does not

	ToolCall string // the id of the tool's call, where Ran or Doubt says something

	// Claims is for an agent, workflow or step with usage or a cost, of a client of whom it is not known whether it tells of its calls.
	Claims bool
	Sum    int64 // the output that any other agent or workflow adds up; 0 where it tells none

	ForeignCost float64 // what the client says it cost in another currency than USD, and which
	Currency    string

	Keys  KeySet // attributes that the span carries
	Stale KeySet // facts of which the span's own attribute of the canonical form says another thing, or cannot say it
}

// Extras are what some calls used besides, which only their price needs.
type Extras struct {
	InputImage, InputVideo int64 // parts of Usage.Input
	CacheAudio, CacheImage int64 // parts of Usage.CacheRead, and of the input's audio and images
	OutputImage            int64 // part of Usage.Output

	AudioTime time.Duration // how long the sound was, where the client tells that
	Searches  int64         // of a reranker, in the units that it is billed by; 0 is not told
	TellsHow  bool          // how much of input and output was sound was told, be it none

	TellsImages bool // how much of the output was images was told
	Edits       bool // images went in, and how much of the input they were was not told
}

// Calls is the input of several calls: that of the shortest, of the longest, and what their price goes by. 0 is not known: then it goes by the sum.
type Calls struct{ Shortest, Longest, Most int64 }

// Untold is what the span leaves open that decides the price of models whose row has one for it.
type Untold struct {
	Cache    bool // the client does not tell what of the prompt a cache gave, and a prompt like this one can come from there
	Lifetime bool // for how long the prompt cache keeps what was written to it
}

// CostSource says who put a cost on the span.
type CostSource uint8

// The sources of a reported cost.
const (
	CostNone   CostSource = iota
	CostBill              // a provider or proxy that knows the bill: OpenRouter, LiteLLM proxy, gen_ai.usage.cost.source=provider
	CostClient            // a client library's own estimate
)

// Has says whether the span carries an attribute of the set.
func (c *Call) Has(k KeySet) bool { return c.Keys&k != 0 }

// IsStale says whether the canonical attribute of a fact must be written beside the span's own.
func (c *Call) IsStale(k KeySet) bool { return c.Stale&k != 0 }

// usable says whether a reported amount is one at all.
func usable(usd float64) bool { return usd > 0 && !math.IsInf(usd, 1) }
