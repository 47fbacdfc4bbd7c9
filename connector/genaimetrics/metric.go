package genaimetrics

import "github.com/otelcol-llm/otelcol-llm/internal/genai"

// Bounds of classic histograms. The first three are what the semantic conventions advise.
var (
	boundsDuration = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	boundsTokens   = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	boundsAgent    = []float64{0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6}
	boundsScore    = []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

	boundsLCRequest = []float64{0.1, 0.5, 1, 2.5, 5, 10, 30, 60}
	boundsLCLatency = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10}
	boundsLCTool    = []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10}
)

// The metrics, a row each. One that is split has a row for each part besides.
var (
	slotOperationDuration = whole(family{
		name: genai.MetricOperationDuration, unit: "s", description: "How long model calls took.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration, exemplars: true,
		keys: []key{kService, kOperation, kProvider, kModel, kErrorType},
	})
	slotTimeToFirstChunk = whole(family{
		name: genai.MetricTimeToFirstChunk, unit: "s", description: "How long streamed model calls took to their first chunk.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration,
		keys: []key{kService, kOperation, kProvider, kModel},
	})
	slotTimePerChunk = whole(family{
		name: genai.MetricTimePerChunk, unit: "s", description: "How long a streamed model call took per output token after its first chunk.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration,
		keys: []key{kService, kOperation, kProvider, kModel},
	})
	famTokenUsage = add(family{
		name: genai.MetricTokenUsage, unit: "{token}", description: "Tokens per model call.",
		kind: histogram, namings: inSemconv, bounds: boundsTokens,
		keys: []key{kService, kOperation, kProvider, kModel, kTokenType},
	})
	slotUsageInput  = famTokenUsage.part(genai.TokensInput)
	slotUsageOutput = famTokenUsage.part(genai.TokensOutput)
	slotCalls       = whole(family{
		name: genai.MetricCalls, unit: "{call}", description: "Model calls, by how they ended.",
		kind: counter, namings: inEither, keys: []key{kService, kProvider, kModel, kStatus},
	})
	famTokens = add(family{
		name: genai.MetricTokens, unit: "{token}", description: "Tokens used; the token types are disjoint and add up to input plus output.",
		kind: counter, namings: inEither, keys: []key{kService, kProvider, kModel, kTokenType},
	})
	slotInputUncached = famTokens.part(genai.TokensInputUncached)
	slotCacheRead     = famTokens.part(genai.TokensCacheRead)
	slotCacheWrite    = famTokens.part(genai.TokensCacheWrite)
	slotOutputVisible = famTokens.part(genai.TokensOutputVisible)
	slotReasoning     = famTokens.part(genai.TokensReasoning)
	slotCost          = whole(family{
		name: genai.MetricCostUSD, unit: "{USD}", description: "What model calls cost.",
		kind: money, exemplars: true, keys: []key{kService, kProvider, kModel, kCostStatus},
	})
	slotSaved = whole(family{
		name: genai.MetricCostSavedUSD, unit: "{USD}", description: "What prompt caching saved against the uncached price.",
		kind: money, keys: []key{kService, kProvider, kModel},
	})
	slotDiscount = whole(family{
		name: genai.MetricDiscountUSD, unit: "{USD}", description: "What the contract saved against the list price.",
		kind: money, keys: []key{kService, kProvider, kModel},
	})
	slotUnpricedCalls = whole(family{
		name: genai.MetricUnpricedCalls, unit: "{call}", description: "Model calls that have no cost, by why.",
		kind: counter, keys: []key{kService, kProvider, kModel, kReason},
	})
	slotUnpricedTokens = whole(family{
		name: genai.MetricUnpricedTokens, unit: "{token}", description: "Tokens of model calls that have no cost, by why.",
		kind: counter, keys: []key{kService, kProvider, kModel, kReason},
	})
	famToolsBilled = add(family{
		name: genai.MetricToolsBilled, unit: "{use}", description: "Uses of the provider's tools that are billed by use.",
		kind: counter, keys: []key{kService, kProvider, kModel, kBilledTool},
	})
	slotWebSearches  = famToolsBilled.part("web_search")
	slotFileSearches = famToolsBilled.part("file_search")
	slotCodeRuns     = famToolsBilled.part("code_execution")
	slotRetries      = whole(family{
		name: genai.MetricRetries, unit: "{retry}", description: "Attempts at model calls after the first.",
		kind: counter, keys: []key{kService, kProvider, kModel},
	})
	slotErrors = whole(family{
		name: genai.MetricErrors, unit: "{error}", description: "Operations that failed, by component.",
		kind: counter, namings: inEither, keys: []key{kService, kErrorType, kComponent},
	})
	slotInflight = whole(family{
		name: genai.MetricInflightPeak, unit: "{call}", description: "Most model calls in flight at once in the interval, from span times.",
		kind: gauge, keys: []key{kService, kProvider, kModel},
	})
	slotAgentRequests = whole(family{
		name: genai.MetricAgentRequests, unit: "{request}", description: "Runs of agents, by how they ended.",
		kind: counter, namings: inEither, keys: []key{kService, kAgent, kStatus},
	})
	slotAgentDuration = whole(family{
		name: genai.MetricAgentDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration, exemplars: true, keys: []key{kService, kAgent, kErrorType},
	})
	slotToolDuration = whole(family{
		name: genai.MetricToolDuration, unit: "s", description: "How long executions of tools took.",
		kind: histogram, namings: inEither, bounds: boundsDuration, exemplars: true, keys: []key{kService, kTool, kErrorType},
	})
	slotCache = whole(family{
		name: genai.MetricCacheOperations, unit: "{operation}", description: "Operations on application caches.",
		kind: counter, namings: inEither, keys: []key{kService, kCacheOp, kResult},
	})
	slotEvaluation = whole(family{
		name: genai.MetricEvaluationScore, unit: "1", description: "Scores that evaluations gave.",
		kind: histogram, namings: inEither, bounds: boundsScore, keys: []key{kService, kEvaluation, kAgent},
	})
	slotDeployments = whole(family{
		name: genai.MetricDeployments, unit: "{deployment}", description: "Times that a new service.version of a service was seen.",
		kind: counter, keys: []key{kService},
	})

	slotInferenceDuration      = seconds(genai.MetricInferenceDuration, "How long inferences took.", kErrorType)
	slotInferenceFirstChunk    = seconds(genai.MetricInferenceFirstChunk, "How long streamed inferences took to their first chunk.")
	slotInferencePerChunk      = seconds(genai.MetricInferencePerChunk, "How long a streamed inference took per output token after its first chunk.")
	slotInferenceInput         = tokensUsed(genai.MetricInferenceInput, "Input tokens used, cached ones among them.")
	slotInferenceOutput        = tokensUsed(genai.MetricInferenceOutput, "Output tokens used, reasoning among them.")
	slotInferenceCacheRead     = tokensUsed(genai.MetricInferenceCacheRead, "Input tokens read from the provider's cache.")
	slotInferenceCacheWrite    = tokensUsed(genai.MetricInferenceCacheWrite, "Input tokens written to the provider's cache.")
	slotInferenceReasoning     = tokensUsed(genai.MetricInferenceReasoning, "Output tokens used for reasoning.")
	slotInferenceInputPerCall  = tokensPerCall(genai.MetricInferenceInputPerCall, "Input tokens per inference.")
	slotInferenceOutputPerCall = tokensPerCall(genai.MetricInferenceOutputPerCall, "Output tokens per inference.")
	slotEmbeddingsDuration     = seconds(genai.MetricEmbeddingsDuration, "How long embeddings took.", kErrorType)
	slotEmbeddingsInputPerCall = tokensPerCall(genai.MetricEmbeddingsInputPerCall, "Input tokens per call for embeddings.")
	slotInvokeAgentDuration    = whole(family{
		name: genai.MetricInvokeAgentDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, namings: inGenAI01, bounds: boundsAgent, exemplars: true, keys: []key{kService, kAgent, kErrorType},
	})

	slotLCRequests = whole(family{
		name: genai.LangchainRequests, unit: "{request}", description: "Runs of agents, by how they ended.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcAgent, kStatus},
	})
	slotLCRequestDuration = whole(family{
		name: genai.LangchainRequestDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, namings: inLangchain, bounds: boundsLCRequest, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcAgent, lcOperation},
	})
	famLCTokens = add(family{
		name: genai.LangchainTokens, unit: "{token}", description: "Tokens used.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcModel, lcTokenType},
	})
	slotLCTokensInput  = famLCTokens.part(genai.TokensInput)
	slotLCTokensOutput = famLCTokens.part(genai.TokensOutput)
	slotLCCalls        = whole(family{
		name: genai.LangchainCalls, unit: "{call}", description: "Model calls, by how they ended.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcProvider, lcModel, kStatus},
	})
	slotLCLatency = whole(family{
		name: genai.LangchainLatency, unit: "s", description: "How long model calls took.",
		kind: histogram, namings: inLangchain, bounds: boundsLCLatency, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcProvider, lcModel},
	})
	slotLCToolExecutions = whole(family{
		name: genai.LangchainToolExecutions, unit: "{execution}", description: "Executions of tools, by how they ended.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcTool, kStatus},
	})
	slotLCToolDuration = whole(family{
		name: genai.LangchainToolDuration, unit: "s", description: "How long executions of tools took.",
		kind: histogram, namings: inLangchain, bounds: boundsLCTool, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcTool},
	})
	slotLCCache = whole(family{
		name: genai.LangchainCacheOperations, unit: "{operation}", description: "Operations on application caches.",
		kind: counter, namings: inLangchain, keys: []key{kService, kCacheOp, kResult},
	})
	slotLCMemory = whole(family{
		name: genai.LangchainMemoryUsage, unit: "By", description: "Memory of the process that sends process.memory.usage.",
		kind: gauge, namings: inLangchain, keys: []key{kService, kComponent},
	})
	slotLCErrors = whole(family{
		name: genai.LangchainErrors, unit: "{error}", description: "Operations that failed, by component.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcErrorType, kComponent},
	})
	slotLCQuality = whole(family{
		name: genai.LangchainQualityScore, unit: "1", description: "Scores that evaluations gave.",
		kind: histogram, namings: inLangchain, bounds: boundsScore, alwaysClassic: true, keys: []key{kService, lcAgent, lcMetric},
	})
)
