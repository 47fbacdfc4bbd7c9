package genai

// MetricKind is what the points of a metric are, as far as its name and type in Prometheus depend on it.
type MetricKind uint8

// Kinds of metrics. A level is a sum that goes up and down; to Prometheus it is a gauge.
const (
	KindGauge MetricKind = iota
	KindLevel
	KindCounter
	KindHistogram
)

// Metric is what the name of a metric in Prometheus is made of.
type Metric struct {
	Name, Unit string
	Kind       MetricKind
}

// The names of design that budgetalert emits: limits and spend by unit, and the book.
const (
	MetricBudgetPrefix      = "llm.budget."
	MetricBudgetUtilization = "llm.budget.utilization"
	MetricBudgetHorizon     = "llm.budget.dedupe.horizon"
	MetricBudgetPeriodStart = "llm.budget.period.start" // Unix seconds
	MetricBudgetPeriodEnd   = "llm.budget.period.end"
	MetricBookedUSD         = "llm.cost.booked.usd"
	MetricBookedTokens      = "llm.tokens.booked"
	MetricBookedCalls       = "llm.calls.booked"
	MetricBookedUnpriced    = "llm.unpriced.booked" // those of llm.calls.booked that have no price
)

// gatewayMetrics are what only a gateway tells. Every constant of a metric's name is here or among hostMetrics: a test holds it.
var gatewayMetrics = []Metric{
	{MetricOperationDuration, "s", KindHistogram},
	{MetricTimeToFirstChunk, "s", KindHistogram},
	{MetricTimePerChunk, "s", KindHistogram},
	{MetricTokenUsage, "{token}", KindHistogram},
	{MetricToolDuration, "s", KindHistogram},
	{MetricEvaluationScore, "1", KindHistogram},

	{MetricInferenceDuration, "s", KindHistogram},
	{MetricInferenceFirstChunk, "s", KindHistogram},
	{MetricInferencePerChunk, "s", KindHistogram},
	{MetricInferenceInput, "{token}", KindCounter},
	{MetricInferenceOutput, "{token}", KindCounter},
	{MetricInferenceCacheRead, "{token}", KindCounter},
	{MetricInferenceCacheWrite, "{token}", KindCounter},
	{MetricInferenceReasoning, "{token}", KindCounter},
	{MetricInferenceInputPerCall, "{token}", KindHistogram},
	{MetricInferenceOutputPerCall, "{token}", KindHistogram},
	{MetricEmbeddingsDuration, "s", KindHistogram},
	{MetricEmbeddingsInputPerCall, "{token}", KindHistogram},
	{MetricInvokeAgentDuration, "s", KindHistogram},

	{MetricCalls, "{call}", KindCounter},
	{MetricTokens, "{token}", KindCounter},
	{MetricCostUSD, "{USD}", KindCounter},
	{MetricCostSavedUSD, "{USD}", KindCounter},
	{MetricDiscountUSD, "{USD}", KindCounter},
	{MetricUnpricedCalls, "{call}", KindCounter},
	{MetricUnpricedTokens, "{token}", KindCounter},
	{MetricToolsBilled, "{use}", KindCounter},
	{MetricRetries, "{retry}", KindCounter},
	{MetricErrors, "{error}", KindCounter},
	{MetricInflightPeak, "{call}", KindGauge},

	{MetricAgentRequests, "{request}", KindCounter},
	{MetricAgentDuration, "s", KindHistogram},
	{MetricCacheOperations, "{operation}", KindCounter},
	{MetricDeployments, "{deployment}", KindCounter},

	{MetricInfraCostUSD, "{USD}", KindCounter},

	{LangchainRequests, "{request}", KindCounter},
	{LangchainRequestDuration, "s", KindHistogram},
	{LangchainTokens, "{token}", KindCounter},
	{LangchainCalls, "{call}", KindCounter},
	{LangchainLatency, "s", KindHistogram},
	{LangchainToolExecutions, "{execution}", KindCounter},
	{LangchainToolDuration, "s", KindHistogram},
	{LangchainCacheOperations, "{operation}", KindCounter},
	{LangchainMemoryUsage, "By", KindGauge},
	{LangchainErrors, "{error}", KindCounter},
	{LangchainQualityScore, "1", KindHistogram},

	{PerfLatency, "s", KindGauge},
	{PerfTTFT, "s", KindGauge},
	{PerfSamples, "{observation}", KindGauge},
	{PerfRequests, "{request}/s", KindGauge},
	{PerfTokens, "{token}/s", KindGauge},
	{PerfErrorRatio, "1", KindGauge},
	{PerfTimeoutRatio, "1", KindGauge},
	{PerfRetryRatio, "1", KindGauge},
	{PerfToolSuccessRatio, "1", KindGauge},
	{PerfCacheHitRatio, "1", KindGauge},
	{PerfUptimeRatio, "1", KindGauge},
	{PerfTokensPerCall, "{token}", KindGauge},
	{PerfConcurrency, "{call}", KindGauge},
	{PerfQuality, "{score}", KindGauge},
	{PerfDeployments, "{deployment}", KindGauge},
	{PerfHealth, "{state}", KindGauge},

	{MetricBudgetUtilization, "1", KindGauge},
	{MetricBudgetHorizon, "s", KindGauge},
	{MetricBudgetPeriodStart, "s", KindGauge},
	{MetricBudgetPeriodEnd, "s", KindGauge},
	{MetricBookedUSD, "{USD}", KindCounter},
	{MetricBookedTokens, "{token}", KindCounter},
	{MetricBookedCalls, "{call}", KindCounter},
	{MetricBookedUnpriced, "{call}", KindCounter},
}

// hostMetrics are what hostresources tells under names that every host has, so other senders have them too.
var hostMetrics = []Metric{
	{HostCPUUtilization, "1", KindGauge},
	{HostCPUBusy, "1", KindGauge},
	{HostCPUPeak, "1", KindGauge},
	{HostCPULimit, "{cpu}", KindGauge},
	{HostMemoryUsage, "By", KindLevel},
	{HostMemoryLimit, "By", KindLevel},
	{HostMemoryUtilization, "1", KindGauge},
	{HostMemoryPeak, "1", KindGauge},
	{HostMemoryAvailable, "By", KindLevel},
	{HostPagingUsage, "By", KindLevel},
	{HostPagingUtilization, "1", KindGauge},
	{HostPagingPeak, "1", KindGauge},
	{HostPagingFaults, "{fault}", KindCounter},
	{HostPagingOperations, "{operation}", KindCounter},
	{HostLoad1m, "{thread}", KindGauge},
	{HostLoad5m, "{thread}", KindGauge},
	{HostLoad15m, "{thread}", KindGauge},
	{HostDiskIO, "By", KindCounter},
	{HostDiskOperations, "{operation}", KindCounter},
	{HostNetworkIO, "By", KindCounter},
	{HostNetworkPackets, "{packet}", KindCounter},
	{HostNetworkErrors, "{error}", KindCounter},
	{HostNetworkDropped, "{packet}", KindCounter},
	{ProcessCPUUtilization, "1", KindGauge},
	{ProcessCPUBusy, "1", KindGauge},
	{ProcessCPUPeak, "1", KindGauge},
	{ProcessMemoryUsage, "By", KindLevel},
	{ProcessMemoryAverage, "By", KindGauge},
	{ProcessMemoryPeak, "By", KindGauge},
	{ProcessMemoryHighWater, "By", KindGauge},
	{ProcessFileDescriptors, "{file_descriptor}", KindLevel},
	{ProcessHandles, "{handle}", KindLevel},
	{ProcessUptime, "s", KindGauge},
	{ProcessStartTime, "s", KindGauge},
}

// GatewayMetrics are the metrics that only a gateway tells: one of the same name from a client would add to them.
func GatewayMetrics() []Metric {
	all := append([]Metric(nil), gatewayMetrics...)
	for _, quantity := range []string{"limit", "spent", "remaining", "forecast"} {
		for _, in := range []struct{ word, unit string }{{"usd", "{USD}"}, {"tokens", "{token}"}, {"calls", "{call}"}} {
			all = append(all, Metric{MetricBudgetPrefix + quantity + "." + in.word, in.unit, KindGauge})
		}
	}
	return all
}

// HostMetrics are the metrics of hostresources under the names of the semantic conventions, which clients tell of their own hosts.
func HostMetrics() []Metric { return append([]Metric(nil), hostMetrics...) }
