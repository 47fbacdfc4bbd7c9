package report

import "time"

// Summary is the answer of /summary.
type Summary struct {
	Timestamp   time.Time       `json:"timestamp"`
	Range       string          `json:"range"`
	Health      ServiceHealth   `json:"service_health"`
	Requests    RequestMetrics  `json:"request_metrics"`
	LLM         LLMMetrics      `json:"llm_metrics"`
	Tools       map[string]Tool `json:"tool_metrics"`
	Performance Performance     `json:"performance_metrics"`
	Errors      ErrorMetrics    `json:"error_metrics"`
	Resources   ResourceUsage   `json:"resource_usage"`
	Alerts      AlertCount      `json:"alerts"`
	Gateway     Gateway         `json:"gateway"`
}

// The values of a status.
const (
	Healthy   = "healthy"
	Degraded  = "degraded"
	Unhealthy = "unhealthy"
	NoData    = "no_data"
)

// ServiceHealth is of the last five minutes.
type ServiceHealth struct {
	Status          string   `json:"status"`
	ErrorRate       *float64 `json:"error_rate"`
	AvgResponseTime *float64 `json:"avg_response_time"`
	Uptime          *float64 `json:"uptime_percentage"`
	Reason          string   `json:"reason"`
}

// The values of a scope: what a request is.
const (
	ScopeAgent = "agent"
	ScopeLLM   = "llm"
)

// RequestMetrics are of runs of agents, where there are any, else of model calls.
type RequestMetrics struct {
	Scope       string   `json:"scope"`
	PerMinute   *float64 `json:"requests_per_minute"`
	Avg         *float64 `json:"avg_response_time"`
	P95         *float64 `json:"p95_response_time"`
	SuccessRate *float64 `json:"success_rate"`
	Concurrent  *float64 `json:"concurrent_requests"`
}

// LLMMetrics are of model calls.
type LLMMetrics struct {
	TotalTokens    *float64           `json:"total_tokens_processed"`
	TokensPerMin   *float64           `json:"tokens_per_minute"`
	AvgLatency     *float64           `json:"avg_llm_latency"`
	P50Latency     *float64           `json:"p50_llm_latency"`
	P95Latency     *float64           `json:"p95_llm_latency"`
	FirstChunkP50  *float64           `json:"time_to_first_chunk_p50"`
	CallsPerMinute *float64           `json:"api_calls_per_minute"`
	CostPerHour    *float64           `json:"cost_per_hour"`
	Models         map[string]float64 `json:"model_distribution"`
}

// Tool is of one tool.
type Tool struct {
	Executions  *float64 `json:"executions"`
	SuccessRate *float64 `json:"success_rate"`
	AvgDuration *float64 `json:"avg_duration"`
	P95Duration *float64 `json:"p95_duration"`
}

// Performance is of the machine and of the prompt cache.
type Performance struct {
	CPU          *float64 `json:"cpu_usage_percent"`
	MemoryMB     *float64 `json:"memory_usage_mb"`
	MemoryPeakMB *float64 `json:"memory_peak_mb"`
	CacheHitRate *float64 `json:"cache_hit_rate"`
	Throughput   *float64 `json:"throughput_requests_per_second"`
}

// ErrorMetrics are of model calls; ByType are of all that can fail.
type ErrorMetrics struct {
	ErrorRate   *float64           `json:"error_rate"`
	TimeoutRate *float64           `json:"timeout_rate"`
	RetryRate   *float64           `json:"retry_rate"`
	ByType      map[string]float64 `json:"by_type"`
}

// ResourceUsage is what hostresources says of the machine now.
type ResourceUsage struct {
	Host                *string  `json:"host"`
	CPU                 *float64 `json:"cpu_percent"`
	CPUPeak             *float64 `json:"cpu_peak_percent"`
	CPULimit            *float64 `json:"cpu_limit"`
	Memory              *float64 `json:"memory_percent"`
	MemoryUsed          *float64 `json:"memory_used_bytes"`
	MemoryLimit         *float64 `json:"memory_limit_bytes"`
	SwapUsed            *float64 `json:"swap_used_bytes"`
	Load1m              *float64 `json:"load_1m"`
	DiskReadPerSec      *float64 `json:"disk_read_bytes_per_second"`
	DiskWritePerSec     *float64 `json:"disk_write_bytes_per_second"`
	NetworkReceivedPerS *float64 `json:"network_received_bytes_per_second"`
	NetworkSentPerS     *float64 `json:"network_sent_bytes_per_second"`
}

// AlertCount is how many alerts fire. Last is the newest transition, firing or resolved.
type AlertCount struct {
	Active   int    `json:"active"`
	Critical int    `json:"critical"`
	Last     *Alert `json:"last"`
}

// Gateway is the gateway's own health, from the metrics it tells of itself.
type Gateway struct {
	AcceptedSpans *float64 `json:"accepted_spans_per_second"`
	RefusedSpans  *float64 `json:"refused_spans"`
	Dropped       *float64 `json:"dropped"`
	QueueSize     *float64 `json:"queue_size"`
	QueueCapacity *float64 `json:"queue_capacity"`
	MemoryBytes   *float64 `json:"memory_bytes"`
	UptimeSeconds *float64 `json:"uptime_seconds"`
	Version       *string  `json:"version"`
}

// Health is the answer of /health.
type Health struct {
	Timestamp       time.Time       `json:"timestamp"`
	Status          string          `json:"status"`
	Reason          string          `json:"reason"`
	ErrorRate       *float64        `json:"error_rate"`
	AvgResponseTime *float64        `json:"avg_response_time"`
	LastCall        *time.Time      `json:"last_call"`
	Services        []ServiceStatus `json:"services"`
	ActiveAlerts    int             `json:"active_alerts"`
}

// ServiceStatus is one service of /health, the worst first.
type ServiceStatus struct {
	Service         string   `json:"service"`
	Status          string   `json:"status"`
	ErrorRate       *float64 `json:"error_rate"`
	AvgResponseTime *float64 `json:"avg_response_time"`
}

// The other values of Realtime.Status.
const (
	NoRecentData   = "no_recent_data"
	NoResponseData = "no_response_data"
)

// Realtime is the answer of /realtime: the last five minutes. With a Status it is nothing else.
type Realtime struct {
	Status      string     `json:"status,omitempty"`
	Scope       string     `json:"scope,omitempty"`
	Avg         *float64   `json:"avg_response_time,omitempty"`
	Max         *float64   `json:"max_response_time,omitempty"`
	Min         *float64   `json:"min_response_time,omitempty"`
	Total       *float64   `json:"total_requests,omitempty"`
	SuccessRate *float64   `json:"success_rate,omitempty"`
	Timestamp   *time.Time `json:"timestamp,omitempty"`
}
