// Package genai is the language of this distribution: every attribute, metric and event name, and the canonical form in which llmcost
// leaves an operation on its span or log record. It knows nothing of clients (internal/dialect does) nor of prices.
package genai

// Attributes that llmcost writes on a model call (docs: processor/llmcost/README.md). Amounts are doubles in USD.
const (
	CostTotal      = "llm.cost.total"
	CostPrompt     = "llm.cost.prompt"
	CostCompletion = "llm.cost.completion"

	CostPromptInput      = "llm.cost.prompt_details.input"
	CostPromptCacheRead  = "llm.cost.prompt_details.cache_read"
	CostPromptCacheWrite = "llm.cost.prompt_details.cache_write"
	CostPromptAudio      = "llm.cost.prompt_details.audio"

	CostCompletionOutput    = "llm.cost.completion_details.output"
	CostCompletionReasoning = "llm.cost.completion_details.reasoning"
	CostCompletionAudio     = "llm.cost.completion_details.audio"

	CostStatus   = "llm.cost.status"
	CostReason   = "llm.cost.reason"
	CostPrice    = "llm.cost.price"
	CostSaved    = "llm.cost.saved"
	CostDiscount = "llm.cost.discount"
	CostReported = "llm.cost.reported"
	CostFees     = "llm.cost.fees"

	// CostReportedCurrency is the currency of CostReported where it is not USD.
	CostReportedCurrency = "llm.cost.reported.currency"

	// CostUncounted is on a duplicate that knows more of the bill than the report that was counted before it: USD above that.
	CostUncounted = "llm.cost.uncounted"

	// CostCountedIn is on what a command-line agent tells in one signal and counts in another: traces, logs or metrics, or none. What is told of
	// its cost is true, and adds to no metric, budget or event.
	CostCountedIn = "llm.cost.counted_in"

	// UsageCost is the total under the name that OpenLIT writes and Langfuse reads.
	UsageCost = "gen_ai.usage.cost"
)

// Attributes that llmcost writes where the semantic conventions' attribute is missing or says another thing. They are for the
// components behind it.
const (
	CallOperation     = "llm.cost.call.operation"
	CallProvider      = "llm.cost.call.provider"
	CallRequestModel  = "llm.cost.call.request_model"
	CallResponseModel = "llm.cost.call.response_model"
	CallResponseID    = "llm.cost.call.response_id"
	CallAgent         = "llm.cost.call.agent"
	CallTool          = "llm.cost.call.tool"
	CallConversation  = "llm.cost.call.conversation"
	CallInput         = "llm.cost.call.input_tokens"
	CallOutput        = "llm.cost.call.output_tokens"
	CallCacheRead     = "llm.cost.call.cache_read_tokens"
	CallCacheWrite    = "llm.cost.call.cache_write_tokens"
	CallCacheWrite1h  = "llm.cost.call.cache_write_1h_tokens"
	CallWebSearches   = "llm.cost.call.web_searches"
	CallFileSearches  = "llm.cost.call.file_searches"
	CallCodeRuns      = "llm.cost.call.code_executions"
	CallReasoning     = "llm.cost.call.reasoning_tokens"
	CallUsage         = "llm.cost.call.usage"
	CallKind          = "llm.cost.call.kind"
	CallFailure       = "llm.cost.call.status"
	CallErrorType     = "llm.cost.call.error_type"
	CallAttempt       = "llm.cost.call.attempt"
	CallFirstChunk    = "llm.cost.call.time_to_first_chunk" // seconds
	CallDuration      = "llm.cost.call.duration"            // seconds, of a log record
	CallTier          = "llm.cost.call.service_tier"
	CallRegion        = "llm.cost.call.region"  // where the answer says that it was made, if that has a price of its own
	CallCounts        = "llm.cost.call.counts"  // of a metric's point: what its value counts
	CallAdds          = "llm.cost.call.adds"    // of a later report of a call that counts already: what it adds
	CallAddsTo        = "llm.cost.call.adds_to" // what it has in common with the one before, if anything
)

// Values of llm.cost.call.adds.
const (
	AddsWordUsage = "usage" // tokens and cost
	AddsWordCost  = "cost"
)

// Values of llm.cost.call.adds_to.
const (
	SameWordSpan   = "span"
	SameWordAnswer = "answer"
)

// Values of llm.cost.call.usage; without it the counts are as the provider sent them, if there are any.
const (
	UsageWordGuessed = "guessed"
	UsageWordBad     = "bad"
	UsageWordNone    = "none"
)

// Values of llm.cost.call.counts, beside the types of tokens: those of llm.tokens, and input and output for all of either.
const (
	CountsUSD   = "usd"
	CountsCalls = "calls"
)

// Values of llm.cost.call.kind beside call, agent, workflow, step, tool, retrieval, evaluation, other.
const (
	KindNone      = "none" // no GenAI operation, whatever its name
	KindCacheHit  = "cache_hit"
	KindCacheMiss = "cache_miss"
	KindCacheSet  = "cache_set"
)

// Values of llm.cost.status.
const (
	StatusPriced    = "priced"
	StatusReported  = "reported"
	StatusEstimated = "estimated"
	StatusFree      = "free"
	StatusRollup    = "rollup"
	StatusDuplicate = "duplicate"
	StatusUnpriced  = "unpriced"
)

// Values of llm.cost.reason.
const (
	ReasonUnknownModel     = "unknown_model"
	ReasonNoUsage          = "no_usage"
	ReasonBadUsage         = "bad_usage"
	ReasonFailed           = "failed"
	ReasonAgentSpan        = "agent_span"
	ReasonSameResponse     = "same_response"
	ReasonSameCall         = "same_call"
	ReasonParentCounted    = "parent_counted"
	ReasonChildCounted     = "child_counted"
	ReasonIgnoredScope     = "ignored_scope"
	ReasonClientEstimate   = "client_estimate"
	ReasonFallbackRate     = "fallback_rate"
	ReasonGuessedUsage     = "guessed_usage"
	ReasonNoRate           = "no_rate"
	ReasonNotReported      = "not_reported"
	ReasonCacheHit         = "cache_hit"
	ReasonAgentOnly        = "agent_only"
	ReasonLocalServer      = "local_server"
	ReasonUnexplainedTotal = "unexplained_total"
	ReasonUnknownOverlap   = "unknown_overlap"
	ReasonHiddenTokens     = "hidden_tokens"
	ReasonUnknownLifetime  = "unknown_lifetime"
	ReasonProviderGuessed  = "provider_guessed"
	ReasonUnknownFee       = "unknown_fee"
	ReasonUnknownTier      = "unknown_service_tier"
	ReasonModelGuessed     = "model_guessed"
	ReasonUnknownRegion    = "unknown_region"
	ReasonNoLLMCost        = "no_llmcost" // budgetalert's: a model call that no llmcost has read
)

// Semantic-convention attributes that are read, and filled in by `normalize`.
const (
	OperationName  = "gen_ai.operation.name"
	ProviderName   = "gen_ai.provider.name"
	RequestModel   = "gen_ai.request.model"
	ResponseModel  = "gen_ai.response.model"
	ResponseID     = "gen_ai.response.id"
	AgentName      = "gen_ai.agent.name"
	ToolName       = "gen_ai.tool.name"
	ConversationID = "gen_ai.conversation.id"
	TokenType      = "gen_ai.token.type"
	FirstChunk     = "gen_ai.response.time_to_first_chunk" // seconds
	ResendCount    = "http.request.resend_count"
	ErrorType      = "error.type"

	UsageInput        = "gen_ai.usage.input_tokens"
	UsageOutput       = "gen_ai.usage.output_tokens"
	UsageCacheRead    = "gen_ai.usage.cache_read.input_tokens"
	UsageCacheWrite   = "gen_ai.usage.cache_write.input_tokens"
	UsageCacheCreated = "gen_ai.usage.cache_creation.input_tokens" // the v1.41 name of cache_write
	UsageReasoning    = "gen_ai.usage.reasoning.output_tokens"

	EvaluationName  = "gen_ai.evaluation.name"
	EvaluationScore = "gen_ai.evaluation.score.value"
	EvaluationEvent = "gen_ai.evaluation.result"

	ServiceName       = "service.name"
	ServiceVersion    = "service.version"
	ServiceInstanceID = "service.instance.id"
	EventName         = "event.name" // where senders that know no EventName put it
)

// Values of gen_ai.operation.name.
const (
	OpChat            = "chat"
	OpTextCompletion  = "text_completion"
	OpGenerateContent = "generate_content"
	OpEmbeddings      = "embeddings"
	OpInvokeAgent     = "invoke_agent"
	OpInvokeWorkflow  = "invoke_workflow"
	OpCreateAgent     = "create_agent"
	OpExecuteTool     = "execute_tool"
	OpRetrieval       = "retrieval"
)
