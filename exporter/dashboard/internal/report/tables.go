package report

import "time"

// Table is the answer of /models, /agents, /tools and /groups, the dearest row first.
type Table struct {
	Timestamp time.Time `json:"timestamp"`
	Range     string    `json:"range"`
	Rows      []Row     `json:"rows"`
}

// Row is one model, agent, tool or group. A column that the table has not is null.
type Row struct {
	Name          string            `json:"name"`
	Provider      *string           `json:"provider"`
	Group         map[string]string `json:"group"`
	Calls         *float64          `json:"calls"`
	Unpriced      *float64          `json:"unpriced_calls"`
	USD           *float64          `json:"usd"`
	USDPerCall    *float64          `json:"usd_per_call"`
	Share         *float64          `json:"share_percent"`
	Tokens        *float64          `json:"tokens"`
	TokensPerCall *float64          `json:"tokens_per_call"`
	Avg           *float64          `json:"avg"`
	P50           *float64          `json:"p50"`
	P95           *float64          `json:"p95"`
	P99           *float64          `json:"p99"`
	FirstChunkP50 *float64          `json:"ttft_p50"`
	ErrorPercent  *float64          `json:"error_percent"`
	RetryPercent  *float64          `json:"retry_percent"`
	CacheHit      *float64          `json:"cache_hit_percent"`
	OutputPerSec  *float64          `json:"output_tokens_per_second"`
	Quality       *float64          `json:"quality"`
}

// Series is the answer of /series.
type Series struct {
	Timestamp time.Time `json:"timestamp"`
	Panel     string    `json:"panel"`
	Range     string    `json:"range"`
	Step      float64   `json:"step_seconds"`
	Unit      string    `json:"unit"`
	TimeZone  string    `json:"time_zone,omitempty"`
	Time      []int64   `json:"time"`
	Series    []Line    `json:"series"`
	Marks     []Mark    `json:"marks"`
}

// Line has a value, or null, for each time.
type Line struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
	Values []*float64        `json:"values"`
}

// Mark is an alert in a chart.
type Mark struct {
	At       time.Time `json:"at"`
	Name     string    `json:"name"`
	Severity string    `json:"severity"`
	ID       string    `json:"id"`
}
