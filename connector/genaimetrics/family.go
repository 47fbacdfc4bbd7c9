package genaimetrics

import (
	"slices"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// kind is what the points of a family are.
type kind uint8

const (
	counter   kind = iota // int64, monotonic
	money                 // int64 nano-USD inside, double USD outside, monotonic
	gauge                 // int64
	histogram             // exponential or classic
)

// family is one metric that is emitted, with its point attributes.
type family struct {
	name, unit, description string
	kind                    kind
	namings                 []string // under which it is emitted; nil is under all, because no other naming has it
	bounds                  []float64
	alwaysClassic           bool
	exemplars               bool
	keys                    []key
}

func (f *family) enabledBy(naming []string) bool {
	return f.namings == nil || slices.ContainsFunc(naming, func(n string) bool { return slices.Contains(f.namings, n) })
}

// Where the families are. What genai-0.1 does not rename, it has too.
var (
	inSemconv   = []string{namingSemconv}
	inGenAI01   = []string{namingGenAI01}
	inEither    = []string{namingSemconv, namingGenAI01}
	inLangchain = []string{namingLangchain}
)

type familyID uint8

const (
	famOperationDuration familyID = iota
	famTimeToFirstChunk
	famTimePerChunk
	famTokenUsage
	famCalls
	famTokens
	famCost
	famSaved
	famUnpricedCalls
	famUnpricedTokens
	famToolsBilled
	famRetries
	famErrors
	famInflight
	famAgentRequests
	famAgentDuration
	famToolDuration
	famCache
	famEvaluation
	famDeployments

	famInferenceDuration
	famInferenceFirstChunk
	famInferencePerChunk
	famInferenceInput
	famInferenceOutput
	famInferenceCacheRead
	famInferenceCacheWrite
	famInferenceReasoning
	famInferenceInputPerCall
	famInferenceOutputPerCall
	famEmbeddingsDuration
	famEmbeddingsInputPerCall
	famInvokeAgentDuration

	famLCRequests
	famLCRequestDuration
	famLCTokens
	famLCCalls
	famLCLatency
	famLCToolExecutions
	famLCToolDuration
	famLCCache
	famLCMemory
	famLCErrors
	famLCQuality
	numFamilies
)

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

// families is every metric of this connector; README.md repeats it as a table, which a test compares.
var families = [numFamilies]family{
	famOperationDuration: {
		name: genai.MetricOperationDuration, unit: "s", description: "How long model calls took.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration, exemplars: true,
		keys: []key{kService, kOperation, kProvider, kModel, kErrorType},
	},
	famTimeToFirstChunk: {
		name: genai.MetricTimeToFirstChunk, unit: "s", description: "How long streamed model calls took to their first chunk.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration,
		keys: []key{kService, kOperation, kProvider, kModel},
	},
	famTimePerChunk: {
		name: genai.MetricTimePerChunk, unit: "s", description: "How long a streamed model call took per output token after its first chunk.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration,
		keys: []key{kService, kOperation, kProvider, kModel},
	},
	famTokenUsage: {
		name: genai.MetricTokenUsage, unit: "{token}", description: "Tokens per model call.",
		kind: histogram, namings: inSemconv, bounds: boundsTokens,
		keys: []key{kService, kOperation, kProvider, kModel, kTokenType},
	},
	famCalls: {
		name: genai.MetricCalls, unit: "{call}", description: "Model calls, by how they ended.",
		kind: counter, namings: inEither, keys: []key{kService, kProvider, kModel, kStatus},
	},
	famTokens: {
		name: genai.MetricTokens, unit: "{token}", description: "Tokens used; the token types are disjoint and add up to input plus output.",
		kind: counter, namings: inEither, keys: []key{kService, kProvider, kModel, kTokenType},
	},
	famCost: {
		name: genai.MetricCostUSD, unit: "{USD}", description: "What model calls cost.",
		kind: money, exemplars: true, keys: []key{kService, kProvider, kModel, kCostStatus},
	},
	famSaved: {
		name: genai.MetricCostSavedUSD, unit: "{USD}", description: "What prompt caching saved against the uncached price.",
		kind: money, keys: []key{kService, kProvider, kModel},
	},
	famUnpricedCalls: {
		name: genai.MetricUnpricedCalls, unit: "{call}", description: "Model calls that have no cost, by why.",
		kind: counter, keys: []key{kService, kProvider, kModel, kReason},
	},
	famUnpricedTokens: {
		name: genai.MetricUnpricedTokens, unit: "{token}", description: "Tokens of model calls that have no cost, by why.",
		kind: counter, keys: []key{kService, kProvider, kModel, kReason},
	},
	famToolsBilled: {
		name: genai.MetricToolsBilled, unit: "{use}", description: "Uses of the provider's tools that are billed by use.",
		kind: counter, keys: []key{kService, kProvider, kModel, kBilledTool},
	},
	famRetries: {
		name: genai.MetricRetries, unit: "{retry}", description: "Attempts at model calls after the first.",
		kind: counter, keys: []key{kService, kProvider, kModel},
	},
	famErrors: {
		name: genai.MetricErrors, unit: "{error}", description: "Operations that failed, by component.",
		kind: counter, namings: inEither, keys: []key{kService, kErrorType, kComponent},
	},
	famInflight: {
		name: genai.MetricInflightPeak, unit: "{call}", description: "Most model calls in flight at once in the interval, from span times.",
		kind: gauge, keys: []key{kService, kProvider, kModel},
	},
	famAgentRequests: {
		name: genai.MetricAgentRequests, unit: "{request}", description: "Runs of agents, by how they ended.",
		kind: counter, namings: inEither, keys: []key{kService, kAgent, kStatus},
	},
	famAgentDuration: {
		name: genai.MetricAgentDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, namings: inSemconv, bounds: boundsDuration, exemplars: true, keys: []key{kService, kAgent, kErrorType},
	},
	famToolDuration: {
		name: genai.MetricToolDuration, unit: "s", description: "How long executions of tools took.",
		kind: histogram, namings: inEither, bounds: boundsDuration, exemplars: true, keys: []key{kService, kTool, kErrorType},
	},
	famCache: {
		name: genai.MetricCacheOperations, unit: "{operation}", description: "Operations on application caches.",
		kind: counter, namings: inEither, keys: []key{kService, kCacheOp, kResult},
	},
	famEvaluation: {
		name: genai.MetricEvaluationScore, unit: "1", description: "Scores that evaluations gave.",
		kind: histogram, namings: inEither, bounds: boundsScore, keys: []key{kService, kEvaluation, kAgent},
	},
	famDeployments: {
		name: genai.MetricDeployments, unit: "{deployment}", description: "Times that a new service.version of a service was seen.",
		kind: counter, keys: []key{kService},
	},

	famInferenceDuration:      seconds(genai.MetricInferenceDuration, "How long inferences took.", kErrorType),
	famInferenceFirstChunk:    seconds(genai.MetricInferenceFirstChunk, "How long streamed inferences took to their first chunk."),
	famInferencePerChunk:      seconds(genai.MetricInferencePerChunk, "How long a streamed inference took per output token after its first chunk."),
	famInferenceInput:         tokensUsed(genai.MetricInferenceInput, "Input tokens used, cached ones among them."),
	famInferenceOutput:        tokensUsed(genai.MetricInferenceOutput, "Output tokens used, reasoning among them."),
	famInferenceCacheRead:     tokensUsed(genai.MetricInferenceCacheRead, "Input tokens read from the provider's cache."),
	famInferenceCacheWrite:    tokensUsed(genai.MetricInferenceCacheWrite, "Input tokens written to the provider's cache."),
	famInferenceReasoning:     tokensUsed(genai.MetricInferenceReasoning, "Output tokens used for reasoning."),
	famInferenceInputPerCall:  tokensPerCall(genai.MetricInferenceInputPerCall, "Input tokens per inference."),
	famInferenceOutputPerCall: tokensPerCall(genai.MetricInferenceOutputPerCall, "Output tokens per inference."),
	famEmbeddingsDuration:     seconds(genai.MetricEmbeddingsDuration, "How long embeddings took.", kErrorType),
	famEmbeddingsInputPerCall: tokensPerCall(genai.MetricEmbeddingsInputPerCall, "Input tokens per call for embeddings."),
	famInvokeAgentDuration: {
		name: genai.MetricInvokeAgentDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, namings: inGenAI01, bounds: boundsAgent, exemplars: true, keys: []key{kService, kAgent, kErrorType},
	},

	famLCRequests: {
		name: genai.LangchainRequests, unit: "{request}", description: "Runs of agents, by how they ended.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcAgent, kStatus},
	},
	famLCRequestDuration: {
		name: genai.LangchainRequestDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, namings: inLangchain, bounds: boundsLCRequest, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcAgent, lcOperation},
	},
	famLCTokens: {
		name: genai.LangchainTokens, unit: "{token}", description: "Tokens used.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcModel, lcTokenType},
	},
	famLCCalls: {
		name: genai.LangchainCalls, unit: "{call}", description: "Model calls, by how they ended.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcProvider, lcModel, kStatus},
	},
	famLCLatency: {
		name: genai.LangchainLatency, unit: "s", description: "How long model calls took.",
		kind: histogram, namings: inLangchain, bounds: boundsLCLatency, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcProvider, lcModel},
	},
	famLCToolExecutions: {
		name: genai.LangchainToolExecutions, unit: "{execution}", description: "Executions of tools, by how they ended.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcTool, kStatus},
	},
	famLCToolDuration: {
		name: genai.LangchainToolDuration, unit: "s", description: "How long executions of tools took.",
		kind: histogram, namings: inLangchain, bounds: boundsLCTool, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcTool},
	},
	famLCCache: {
		name: genai.LangchainCacheOperations, unit: "{operation}", description: "Operations on application caches.",
		kind: counter, namings: inLangchain, keys: []key{kService, kCacheOp, kResult},
	},
	famLCMemory: {
		name: genai.LangchainMemoryUsage, unit: "By", description: "Memory of the process that sends process.memory.usage.",
		kind: gauge, namings: inLangchain, keys: []key{kService, kComponent},
	},
	famLCErrors: {
		name: genai.LangchainErrors, unit: "{error}", description: "Operations that failed, by component.",
		kind: counter, namings: inLangchain, keys: []key{kService, lcErrorType, kComponent},
	},
	famLCQuality: {
		name: genai.LangchainQualityScore, unit: "1", description: "Scores that evaluations gave.",
		kind: histogram, namings: inLangchain, bounds: boundsScore, alwaysClassic: true, keys: []key{kService, lcAgent, lcMetric},
	},
}
