package genai

import "math"

// Kind says what one span stands for.
type Kind uint8

// The kinds. Only ModelCall counts towards cost; Agent, Workflow and Step are roll-ups of calls below them.
const (
	NotGenAI   Kind = iota // nothing of ours on the span
	ModelCall              // one request to a model: chat, completion, embeddings
	Agent                  // one run of an agent
	Workflow               // one run of a workflow or an SDK's outer operation
	Step                   // chain, step, model chunk: a part of a run
	Tool                   // one execution of a tool
	Retrieval              // one search of a retriever or reranker
	Cache                  // one operation on an application cache
	Evaluation             // one evaluator or guardrail run
	Other                  // GenAI by its dialect, of no kind that is counted
)

// Failure says how an operation ended.
type Failure uint8

// The classes of failure, in the order of the values of the `status` attribute.
const (
	Succeeded Failure = iota
	Failed
	TimedOut
	RateLimited
)

// Status is the value of the `status` attribute of llm.calls for f.
func (f Failure) Status() string {
	switch f {
	case Succeeded:
		return CallOK
	case TimedOut:
		return CallTimeout
	case RateLimited:
		return CallRateLimited
	default:
		return CallError
	}
}

// UsageState says what is known of an operation's token counts.
type UsageState uint8

// The states of usage.
const (
	UsageNone    UsageState = iota // the span carries no counts
	UsageKnown                     // counts that make sense
	UsageGuessed                   // counts from the client's own tokenizer, not from the provider
	UsageBad                       // counts that make no sense: negative, NaN, a part larger than the whole
)

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

// Operation is one GenAI operation as one span or log record tells it. Strings share its memory and must not be kept past it
// without strings.Clone. Missing is "" or 0 with its state saying so.
type Operation struct {
	Kind Kind
	Name string // gen_ai.operation.name in the convention's words: chat, embeddings, invoke_agent, execute_tool …

	Provider      string // the convention's provider name ("openai", "aws.bedrock"), lower case; "" when the span does not say
	RequestModel  string // the model asked for
	ResponseModel string // the model that answered
	ResponseID    string

	Agent        string
	Tool         string
	Conversation string

	UsageState UsageState
	Usage      Usage // zero unless UsageState is UsageKnown or UsageGuessed

	Billed Billed

	ServiceTier string // "batch", "flex", "priority", "default" …; lower case

	TimeToFirstChunk float64 // seconds; 0 when unknown
	Attempt          int     // retries before this answer: 0 for a first attempt

	Failure   Failure
	ErrorType string // low-cardinality error.type of a failed operation

	CacheOperation string // of a Cache span: "get" or "set"
	CacheHit       bool   // of a Cache get, or of a call answered from a proxy's cache

	// What llmcost (here or in a first tier) has written already.
	Status   string  // llm.cost.status
	Reason   string  // llm.cost.reason
	TotalUSD float64 // llm.cost.total
	SavedUSD float64 // llm.cost.saved
	// DiscountUSD is llm.cost.discount.
	DiscountUSD float64
	// Elsewhere says that another signal of its client tells this operation, and counts (llm.cost.counted_in).
	Elsewhere bool
}

// Model is the model to price and to name: the one that answered, else the one asked for.
func (o *Operation) Model() string {
	if o.ResponseModel != "" {
		return o.ResponseModel
	}
	return o.RequestModel
}

// Counts says whether llmcost gave this operation a cost that adds to every total.
func (o *Operation) Counts() bool {
	if o.Elsewhere {
		return false
	}
	switch o.Status {
	case StatusPriced, StatusReported, StatusEstimated, StatusFree:
		return true
	}
	return false
}

// IsCall says whether an operation is a model call of its own. What llmcost said decides; where it said nothing, the kind of the span
// does. A roll-up or the second report of a call is no call.
func (o *Operation) IsCall() bool {
	switch {
	case o.Elsewhere, o.Status == StatusRollup, o.Status == StatusDuplicate:
		return false
	case o.Status == "":
		return o.Kind == ModelCall
	}
	return o.Counts() || o.Status == StatusUnpriced && o.Reason != ReasonAgentOnly
}

// ModelAsked names a call by the model that was asked for, which is what a caller can change; else by the one that answered.
func (o *Operation) ModelAsked() string {
	if o.RequestModel != "" {
		return o.RequestModel
	}
	return o.ResponseModel
}

// FailureType is the error.type of an operation; "" is none.
func (o *Operation) FailureType() string {
	if o.Failure == Succeeded {
		return ""
	}
	if o.ErrorType == "" {
		return ErrorOther
	}
	return o.ErrorType
}
