package genai

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
	// Adds is what of a call is to be counted (llm.cost.call.adds).
	Adds Adds
	// Same is by which key the report before is known, where Adds is not all (llm.cost.call.adds_to).
	Same Same
}

// Adds is what a report adds to what counts of its call already. Where that is not all, an earlier report counts as the call: its time and its
// failure are told, and those of this one are not read.
type Adds uint8

// What a report adds; one that adds the cost alone comes after one that told tokens.
const (
	AddsAll Adds = iota
	AddsUsage
	AddsCost
)

// Word is the value of llm.cost.call.adds; "" is all.
func (a Adds) Word() string { return [...]string{"", AddsWordUsage, AddsWordCost}[a] }

func addsOf(word string) Adds {
	switch word {
	case AddsWordUsage:
		return AddsUsage
	case AddsWordCost:
		return AddsCost
	}
	return AddsAll
}

// Same is what a report that adds has in common with one before it. Where that is a key by which calls are known, what is added needs a key of
// its own; where it is nothing, its own key must say whoever knew the report before, or it counts again when it comes again after a restart.
type Same uint8

// What is in common.
const (
	SameNothing Same = iota
	SameAnswer       // the response id
	SameSpan
)

// Word is the value of llm.cost.call.adds_to; "" is nothing.
func (s Same) Word() string { return [...]string{"", SameWordAnswer, SameWordSpan}[s] }

func sameOf(word string) Same {
	switch word {
	case SameWordAnswer:
		return SameAnswer
	case SameWordSpan:
		return SameSpan
	}
	return SameNothing
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
	case o.Elsewhere:
		return false
	case o.Status == "":
		return o.Kind == ModelCall
	}
	return o.Counts() || o.Status == StatusUnpriced && o.Reason != ReasonAgentOnly
}

// AddsTokens says whether the tokens of the operation are known and are to be counted.
func (o *Operation) AddsTokens() bool { return o.UsageState.Counts() && o.Adds != AddsCost }

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
