package genai

// Metrics that genaimetrics emits (docs: connector/genaimetrics/README.md).
const (
	MetricOperationDuration = "gen_ai.client.operation.duration"
	MetricTimeToFirstChunk  = "gen_ai.client.operation.time_to_first_chunk"
	MetricTimePerChunk      = "gen_ai.client.operation.time_per_output_chunk"
	MetricTokenUsage        = "gen_ai.client.token.usage"
	MetricToolDuration      = "gen_ai.execute_tool.duration"
	MetricEvaluationScore   = "gen_ai.evaluation.score"

	// Those of semantic-conventions-genai 0.1, under `naming: genai-0.1`.
	MetricInferenceDuration      = "gen_ai.client.inference.duration"
	MetricInferenceFirstChunk    = "gen_ai.client.inference.time_to_first_chunk"
	MetricInferencePerChunk      = "gen_ai.client.inference.time_per_output_chunk"
	MetricInferenceInput         = "gen_ai.client.inference.usage.input_tokens"
	MetricInferenceOutput        = "gen_ai.client.inference.usage.output_tokens"
	MetricInferenceCacheRead     = "gen_ai.client.inference.usage.cache_read.input_tokens"
	MetricInferenceCacheWrite    = "gen_ai.client.inference.usage.cache_write.input_tokens"
	MetricInferenceReasoning     = "gen_ai.client.inference.usage.reasoning.output_tokens"
	MetricInferenceInputPerCall  = "gen_ai.client.inference.operation.input_tokens"
	MetricInferenceOutputPerCall = "gen_ai.client.inference.operation.output_tokens"
	MetricEmbeddingsDuration     = "gen_ai.client.embeddings.duration"
	MetricEmbeddingsInputPerCall = "gen_ai.client.embeddings.operation.input_tokens"
	MetricInvokeAgentDuration    = "gen_ai.invoke_agent.duration"

	MetricCalls          = "llm.calls"
	MetricTokens         = "llm.tokens"
	MetricCostUSD        = "llm.cost.usd"
	MetricCostSavedUSD   = "llm.cost.saved.usd"
	MetricDiscountUSD    = "llm.cost.discount.usd"
	MetricUnpricedCalls  = "llm.unpriced.calls"
	MetricUnpricedTokens = "llm.unpriced.tokens"
	MetricToolsBilled    = "llm.tools.billed"
	MetricRetries        = "llm.retries"
	MetricErrors         = "llm.errors"
	MetricInflightPeak   = "llm.inflight.peak"

	MetricAgentRequests   = "agent.requests"
	MetricAgentDuration   = "agent.request.duration"
	MetricCacheOperations = "cache.operations"
	MetricDeployments     = "service.deployments"

	MetricInfraCostUSD = "llm.infra.cost.usd"
)

// Metrics that hostresources emits (docs: receiver/hostresources/README.md). Semantic conventions (v1.41) where they have a
// name, hostmetrics' for the load average, and ours: *.busy, *.peak, *.average, *.high_water, system.cpu.limit, process.start_time.
const (
	HostCPUUtilization     = "system.cpu.utilization"
	HostCPUBusy            = "system.cpu.utilization.busy"
	HostCPUPeak            = "system.cpu.utilization.peak"
	HostCPULimit           = "system.cpu.limit"
	HostMemoryUsage        = "system.memory.usage"
	HostMemoryLimit        = "system.memory.limit"
	HostMemoryUtilization  = "system.memory.utilization"
	HostMemoryPeak         = "system.memory.utilization.peak"
	HostMemoryAvailable    = "system.memory.linux.available"
	HostPagingUsage        = "system.paging.usage"
	HostPagingUtilization  = "system.paging.utilization"
	HostPagingPeak         = "system.paging.utilization.peak"
	HostPagingFaults       = "system.paging.faults"
	HostPagingOperations   = "system.paging.operations"
	HostLoad1m             = "system.cpu.load_average.1m"
	HostLoad5m             = "system.cpu.load_average.5m"
	HostLoad15m            = "system.cpu.load_average.15m"
	HostDiskIO             = "system.disk.io"
	HostDiskOperations     = "system.disk.operations"
	HostNetworkIO          = "system.network.io"
	HostNetworkPackets     = "system.network.packet.count"
	HostNetworkErrors      = "system.network.errors"
	HostNetworkDropped     = "system.network.packet.dropped"
	ProcessCPUUtilization  = "process.cpu.utilization"
	ProcessCPUBusy         = "process.cpu.utilization.busy"
	ProcessCPUPeak         = "process.cpu.utilization.peak"
	ProcessMemoryUsage     = "process.memory.usage"
	ProcessMemoryAverage   = "process.memory.usage.average"
	ProcessMemoryPeak      = "process.memory.usage.peak"
	ProcessMemoryHighWater = "process.memory.usage.high_water"
	ProcessFileDescriptors = "process.unix.file_descriptor.count"
	ProcessHandles         = "process.windows.handle.count"
	ProcessUptime          = "process.uptime"
	ProcessStartTime       = "process.start_time"
)

// Point attributes of hostresources' metrics.
const (
	AttrHostName          = "host.name"
	AttrCPUMode           = "cpu.mode"
	AttrMemoryState       = "system.memory.state"
	AttrPagingState       = "system.paging.state"
	AttrPagingDirection   = "system.paging.direction"
	AttrPagingFaultType   = "system.paging.fault.type"
	AttrDevice            = "system.device"
	AttrDiskDirection     = "disk.io.direction"
	AttrNetworkInterface  = "network.interface.name"
	AttrNetworkDirection  = "network.io.direction"
	AttrProcessPID        = "process.pid"
	AttrProcessExecutable = "process.executable.name"
	AttrResource          = "resource" // of llm.infra.cost.usd: compute, storage
)

// Metrics of genaimetrics under the names that LangChain dashboards use (`naming: langchain`).
const (
	LangchainRequests        = "langchain_requests_total"
	LangchainRequestDuration = "langchain_request_duration_seconds"
	LangchainTokens          = "langchain_llm_tokens_total"
	LangchainCalls           = "langchain_llm_api_calls_total"
	LangchainLatency         = "langchain_llm_latency_seconds"
	LangchainToolExecutions  = "langchain_tool_executions_total"
	LangchainToolDuration    = "langchain_tool_duration_seconds"
	LangchainCacheOperations = "langchain_cache_operations_total"
	LangchainMemoryUsage     = "langchain_memory_usage_bytes"
	LangchainErrors          = "langchain_errors_total"
	LangchainQualityScore    = "langchain_response_quality_score"
)

// Gauges that perfstats derives (docs: processor/perfstats/README.md).
const (
	PerfLatency          = "llm.perf.latency"
	PerfTTFT             = "llm.perf.ttft"
	PerfSamples          = "llm.perf.samples"
	PerfRequests         = "llm.perf.requests"
	PerfTokens           = "llm.perf.tokens"
	PerfErrorRatio       = "llm.perf.error_ratio"
	PerfTimeoutRatio     = "llm.perf.timeout_ratio"
	PerfRetryRatio       = "llm.perf.retry_ratio"
	PerfToolSuccessRatio = "llm.perf.tool_success_ratio"
	PerfCacheHitRatio    = "llm.perf.cache_hit_ratio"
	PerfUptimeRatio      = "llm.perf.uptime_ratio"
	PerfTokensPerCall    = "llm.perf.tokens_per_call"
	PerfConcurrency      = "llm.perf.concurrency"
	PerfQuality          = "llm.perf.quality"
	PerfDeployments      = "llm.perf.deployments"
	PerfHealth           = "llm.perf.health"
)

// Point attributes of our metrics that are no semantic convention.
const (
	AttrStatus    = "status"
	AttrComponent = "component"
	AttrReason    = "reason"
	AttrOperation = "operation"
	AttrResult    = "result"
	AttrScope     = "scope"
	AttrStat      = "stat"
	AttrState     = "state"
	AttrCache     = "cache"
	AttrOverflow  = "otel.metric.overflow"
	// AttrComponentID tells the series of two components of one type apart, under the Collector's own name for that.
	AttrComponentID = "otelcol.component.id"

	TokenModality        = "gen_ai.token.modality"
	TokenModalityUnknown = "unknown" // spans seldom tell text from images

	// Those of `naming: langchain`.
	AttrAgentType  = "agent_type"
	AttrModel      = "model"
	AttrProvider   = "provider"
	AttrTokenType  = "token_type"
	AttrToolName   = "tool_name"
	AttrErrorType  = "error_type"
	AttrMetricType = "metric_type"
)

// Values of the `status` attribute.
const (
	CallOK          = "ok"
	CallError       = "error"
	CallTimeout     = "timeout"
	CallRateLimited = "rate_limited"
)

// Values of gen_ai.token.type in llm.tokens; the five are disjoint and add up to input + output.
const (
	TokensInputUncached = "input_uncached"
	TokensCacheRead     = "cache_read"
	TokensCacheWrite    = "cache_write"
	TokensOutputVisible = "output_visible"
	TokensReasoning     = "reasoning"
	// The two of gen_ai.client.token.usage.
	TokensInput  = "input"
	TokensOutput = "output"
)

// Values of the `component` attribute.
const (
	ComponentLLM       = "llm"
	ComponentTool      = "tool"
	ComponentAgent     = "agent"
	ComponentRetrieval = "retrieval"
	// The two that only genaievents tells.
	ComponentCache      = "cache"
	ComponentEvaluation = "evaluation"
)

// Values of the `operation` and `result` attributes of cache.operations.
const (
	CacheGet  = "get"
	CacheSet  = "set"
	CacheHit  = "hit"
	CacheMiss = "miss"
)

// ErrorOther is the error.type of a failure that does not say what it is.
const ErrorOther = "_OTHER"

// MetricsScope is the instrumentation scope of everything genaimetrics emits; perfstats' built-in sources read only it.
const MetricsScope = "github.com/otelcol-llm/otelcol-llm/connector/genaimetrics"

// HostScope is the instrumentation scope of everything hostresources emits.
const HostScope = "github.com/otelcol-llm/otelcol-llm/receiver/hostresources"

// PerfScope is the instrumentation scope of the gauges that perfstats adds.
const PerfScope = "github.com/otelcol-llm/otelcol-llm/processor/perfstats"
