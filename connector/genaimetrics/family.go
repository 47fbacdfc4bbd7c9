package genaimetrics

import (
	"slices"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// label is one thing that a metric can be split by. Its name as a point attribute depends on the family of names.
type label uint8

const (
	lblService label = iota
	lblOperation
	lblProvider
	lblModel
	lblStatus
	lblErrorType
	lblCostStatus
	lblReason
	lblComponent
	lblAgent
	lblTool
	lblCacheOp
	lblCacheResult
	lblEvaluation
	numLabels
	lblTokenType // not a label of a route: each of its values has a slot of its own
)

type key struct {
	label label
	name  string
}

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
	naming                  string // "" is emitted whatever the naming, because no other naming has it
	bounds                  []float64
	alwaysClassic           bool
	exemplars               bool
	keys                    []key
}

func (f *family) enabledBy(naming []string) bool {
	return f.naming == "" || slices.Contains(naming, f.naming)
}

type familyID uint8

const (
	famOperationDuration familyID = iota
	famTimeToFirstChunk
	famTokenUsage
	famCalls
	famTokens
	famCost
	famSaved
	famUnpricedCalls
	famUnpricedTokens
	famRetries
	famErrors
	famInflight
	famAgentRequests
	famAgentDuration
	famToolDuration
	famCache
	famEvaluation
	famDeployments

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

// Point attributes by naming.
var (
	kService    = key{lblService, genai.ServiceName}
	kOperation  = key{lblOperation, genai.OperationName}
	kProvider   = key{lblProvider, genai.ProviderName}
	kModel      = key{lblModel, genai.RequestModel}
	kStatus     = key{lblStatus, genai.AttrStatus}
	kErrorType  = key{lblErrorType, genai.ErrorType}
	kTokenType  = key{lblTokenType, genai.TokenType}
	kCostStatus = key{lblCostStatus, genai.CostStatus}
	kReason     = key{lblReason, genai.AttrReason}
	kComponent  = key{lblComponent, genai.AttrComponent}
	kAgent      = key{lblAgent, genai.AgentName}
	kTool       = key{lblTool, genai.ToolName}
	kCacheOp    = key{lblCacheOp, genai.AttrOperation}
	kResult     = key{lblCacheResult, genai.AttrResult}
	kEvaluation = key{lblEvaluation, genai.EvaluationName}

	lcAgent     = key{lblAgent, genai.AttrAgentType}
	lcOperation = key{lblOperation, genai.AttrOperation}
	lcModel     = key{lblModel, genai.AttrModel}
	lcProvider  = key{lblProvider, genai.AttrProvider}
	lcTokenType = key{lblTokenType, genai.AttrTokenType}
	lcTool      = key{lblTool, genai.AttrToolName}
	lcErrorType = key{lblErrorType, genai.AttrErrorType}
	lcMetric    = key{lblEvaluation, genai.AttrMetricType}
)

// Bounds of classic histograms. The first three are what the semantic conventions advise.
var (
	boundsDuration = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	boundsTokens   = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
	boundsScore    = []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

	boundsLCRequest = []float64{0.1, 0.5, 1, 2.5, 5, 10, 30, 60}
	boundsLCLatency = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10}
	boundsLCTool    = []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10}
)

// families is every metric of this connector; README.md repeats it as a table, which a test compares.
var families = [numFamilies]family{
	famOperationDuration: {
		name: genai.MetricOperationDuration, unit: "s", description: "How long model calls took.",
		kind: histogram, naming: namingSemconv, bounds: boundsDuration, exemplars: true,
		keys: []key{kService, kOperation, kProvider, kModel, kErrorType},
	},
	famTimeToFirstChunk: {
		name: genai.MetricTimeToFirstChunk, unit: "s", description: "How long streamed model calls took to their first chunk.",
		kind: histogram, naming: namingSemconv, bounds: boundsDuration,
		keys: []key{kService, kOperation, kProvider, kModel},
	},
	famTokenUsage: {
		name: genai.MetricTokenUsage, unit: "{token}", description: "Tokens per model call.",
		kind: histogram, naming: namingSemconv, bounds: boundsTokens,
		keys: []key{kService, kOperation, kProvider, kModel, kTokenType},
	},
	famCalls: {
		name: genai.MetricCalls, unit: "{call}", description: "Model calls, by how they ended.",
		kind: counter, naming: namingSemconv, keys: []key{kService, kProvider, kModel, kStatus},
	},
	famTokens: {
		name: genai.MetricTokens, unit: "{token}", description: "Tokens used; the token types are disjoint and add up to input plus output.",
		kind: counter, naming: namingSemconv, keys: []key{kService, kProvider, kModel, kTokenType},
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
	famRetries: {
		name: genai.MetricRetries, unit: "{retry}", description: "Attempts at model calls after the first.",
		kind: counter, keys: []key{kService, kProvider, kModel},
	},
	famErrors: {
		name: genai.MetricErrors, unit: "{error}", description: "Operations that failed, by component.",
		kind: counter, naming: namingSemconv, keys: []key{kService, kErrorType, kComponent},
	},
	famInflight: {
		name: genai.MetricInflightPeak, unit: "{call}", description: "Most model calls in flight at once in the interval, from span times.",
		kind: gauge, keys: []key{kService, kProvider, kModel},
	},
	famAgentRequests: {
		name: genai.MetricAgentRequests, unit: "{request}", description: "Runs of agents, by how they ended.",
		kind: counter, naming: namingSemconv, keys: []key{kService, kAgent, kStatus},
	},
	famAgentDuration: {
		name: genai.MetricAgentDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, naming: namingSemconv, bounds: boundsDuration, exemplars: true, keys: []key{kService, kAgent, kErrorType},
	},
	famToolDuration: {
		name: genai.MetricToolDuration, unit: "s", description: "How long executions of tools took.",
		kind: histogram, naming: namingSemconv, bounds: boundsDuration, exemplars: true, keys: []key{kService, kTool, kErrorType},
	},
	famCache: {
		name: genai.MetricCacheOperations, unit: "{operation}", description: "Operations on application caches.",
		kind: counter, naming: namingSemconv, keys: []key{kService, kCacheOp, kResult},
	},
	famEvaluation: {
		name: genai.MetricEvaluationScore, unit: "1", description: "Scores that evaluations gave.",
		kind: histogram, naming: namingSemconv, bounds: boundsScore, keys: []key{kService, kEvaluation, kAgent},
	},
	famDeployments: {
		name: genai.MetricDeployments, unit: "{deployment}", description: "Times that a new service.version of a service was seen.",
		kind: counter, keys: []key{kService},
	},

	famLCRequests: {
		name: genai.LangchainRequests, unit: "{request}", description: "Runs of agents, by how they ended.",
		kind: counter, naming: namingLangchain, keys: []key{kService, lcAgent, kStatus},
	},
	famLCRequestDuration: {
		name: genai.LangchainRequestDuration, unit: "s", description: "How long runs of agents took.",
		kind: histogram, naming: namingLangchain, bounds: boundsLCRequest, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcAgent, lcOperation},
	},
	famLCTokens: {
		name: genai.LangchainTokens, unit: "{token}", description: "Tokens used.",
		kind: counter, naming: namingLangchain, keys: []key{kService, lcModel, lcTokenType},
	},
	famLCCalls: {
		name: genai.LangchainCalls, unit: "{call}", description: "Model calls, by how they ended.",
		kind: counter, naming: namingLangchain, keys: []key{kService, lcProvider, lcModel, kStatus},
	},
	famLCLatency: {
		name: genai.LangchainLatency, unit: "s", description: "How long model calls took.",
		kind: histogram, naming: namingLangchain, bounds: boundsLCLatency, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcProvider, lcModel},
	},
	famLCToolExecutions: {
		name: genai.LangchainToolExecutions, unit: "{execution}", description: "Executions of tools, by how they ended.",
		kind: counter, naming: namingLangchain, keys: []key{kService, lcTool, kStatus},
	},
	famLCToolDuration: {
		name: genai.LangchainToolDuration, unit: "s", description: "How long executions of tools took.",
		kind: histogram, naming: namingLangchain, bounds: boundsLCTool, alwaysClassic: true, exemplars: true,
		keys: []key{kService, lcTool},
	},
	famLCCache: {
		name: genai.LangchainCacheOperations, unit: "{operation}", description: "Operations on application caches.",
		kind: counter, naming: namingLangchain, keys: []key{kService, kCacheOp, kResult},
	},
	famLCMemory: {
		name: genai.LangchainMemoryUsage, unit: "By", description: "Memory of the process that sends process.memory.usage.",
		kind: gauge, naming: namingLangchain, keys: []key{kService, kComponent},
	},
	famLCErrors: {
		name: genai.LangchainErrors, unit: "{error}", description: "Operations that failed, by component.",
		kind: counter, naming: namingLangchain, keys: []key{kService, lcErrorType, kComponent},
	},
	famLCQuality: {
		name: genai.LangchainQualityScore, unit: "1", description: "Scores that evaluations gave.",
		kind: histogram, naming: namingLangchain, bounds: boundsScore, alwaysClassic: true, keys: []key{kService, lcAgent, lcMetric},
	},
}
