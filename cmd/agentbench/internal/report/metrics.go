package report

import (
	"math"
	"time"

	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/load"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/scenario"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/spans"
	"github.com/otelcol-llm/otelcol-llm/cmd/agentbench/internal/stats"
)

var percentiles = []struct {
	name string
	q    float64
}{{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}}

// metrics are the figures of a scenario by name; null is what has no source.
func metrics(m *Measured) map[string]any {
	res, took := m.Result, m.Took.Seconds()
	out := map[string]any{
		// These need a source that a load generator alone is not.
		"response_quality_score": nil, "user_satisfaction_score": nil, "uptime_percentage": nil,
		"max_concurrent_capacity": nil,
	}
	for name, sample := range map[string]*stats.Sample{"response_time": m.latency(), "service_time": &res.Service} {
		out["avg_"+name] = number(sample.Mean())
		for _, p := range percentiles {
			out[p.name+"_"+name] = number(sample.Quantile(p.q))
		}
	}
	share := func(n int) any { return number(float64(n) / float64(res.Requests)) }
	out["requests"], out["good_requests"] = res.Requests, res.Good
	out["requests_per_second"] = number(float64(res.Requests) / took)
	out["goodput_per_second"] = number(float64(res.Met) / took)
	out["concurrent_requests_handled"] = res.PeakInFlight
	out["mean_in_flight"] = number(res.Busy.Seconds() / took)
	out["error_rate"] = share(res.Requests - res.Good)
	out["timeout_rate"] = share(res.Failures[load.Timeout])
	out["schedule_lag_p99"] = number(res.Lag.Quantile(0.99))
	out["ttft"], out["itl"] = timing(&res.TTFT), timing(&res.Gap)
	if gaps, ok := out["itl"].(map[string]any); ok {
		gaps["of"] = "chunks"
		if res.WithUsage > 0 && res.Chunks > 0 {
			gaps["of"], gaps["tokens_per_chunk"] = "tokens", float64(res.Out)/float64(res.Chunks)
		}
	}
	if m.Capacity != nil && m.Capacity.Found > 0 {
		out["max_concurrent_capacity"] = m.Capacity.MaxConcurrent
	}
	usage(m, out)
	cost(m.Bill, res.Good, out)
	machine(m, out)
	return out
}

// timing is a distribution, null when there is nothing in it.
func timing(s *stats.Sample) any {
	if s.Count() == 0 {
		return nil
	}
	out := map[string]any{"avg": s.Mean(), "count": s.Count(), "max": s.Quantile(1)}
	for _, p := range percentiles {
		out[p.name] = s.Quantile(p.q)
	}
	return out
}

// usage are the token counts: those of the answers, else those of the spans.
func usage(m *Measured, out map[string]any) {
	res := m.Result
	out["tokens_per_second"], out["avg_prompt_tokens"], out["avg_completion_tokens"], out["output_tokens_per_second_per_call"] = nil, nil, nil, nil
	in, completion, of := res.In, res.Out, res.WithUsage
	if b := m.Bill; of == 0 && b != nil && b.Calls > 0 {
		in, completion, of = b.In, b.Out, b.Accounted
		if s := b.CallTime.Seconds(); s > 0 {
			out["output_tokens_per_second_per_call"] = number(float64(b.Out) / s)
		}
	} else if res.OutputRate.Count() > 0 {
		out["output_tokens_per_second_per_call"] = res.OutputRate.Mean()
	}
	if of > 0 {
		out["tokens_per_second"] = number(float64(in+completion) / m.Took.Seconds())
		out["avg_prompt_tokens"] = float64(in) / float64(of)
		out["avg_completion_tokens"] = float64(completion) / float64(of)
	}
}

// cost is what the spans say. A cost of which a part is not known is not known.
func cost(b *spans.Bill, good int, out map[string]any) {
	for _, name := range []string{
		"cost_usd", "cost_per_good_request_usd", "accounted_cost_usd", "unaccounted", "llm_api_latency", "tool_execution_time", "tool_success_rate", "cache_hit_rate",
		"retry_rate", "time_share",
	} {
		out[name] = nil
	}
	if b == nil {
		return
	}
	out["unaccounted"] = b.Unaccounted
	out["accounted_cost_usd"] = float64(b.Nano) / 1e9
	if b.Unaccounted == 0 {
		out["cost_usd"] = float64(b.Nano) / 1e9
		if good > 0 {
			out["cost_per_good_request_usd"] = float64(b.Nano) / 1e9 / float64(good)
		}
	}
	mean := func(sum time.Duration, n int) any { return number(sum.Seconds() / float64(n)) }
	out["llm_api_latency"], out["tool_execution_time"] = mean(b.CallTime, b.Calls), mean(b.ToolTime, b.Tools)
	out["tool_success_rate"] = number(1 - float64(b.ToolsFailed)/float64(b.Tools))
	out["cache_hit_rate"] = number(float64(b.CacheRead) / float64(b.In))
	out["retry_rate"] = number(float64(b.Retries) / float64(b.Calls))
	if total := float64(b.LLM + b.Tool + b.Agent); total > 0 {
		out["time_share"] = map[string]any{"llm": float64(b.LLM) / total, "tool": float64(b.Tool) / total, "agent": float64(b.Agent) / total}
	}
}

// machine adds up the agent's processes.
func machine(m *Measured, out map[string]any) {
	out["memory_usage_mb"], out["memory_peak_mb"], out["cpu_usage_percent"] = nil, nil, nil
	if len(m.Resources) == 0 {
		return
	}
	var memory, peak, cpu float64
	for _, u := range m.Resources {
		memory, peak, cpu = memory+u.MemoryMB, peak+u.MemoryPeakMB, cpu+u.CPUPercent
	}
	out["memory_usage_mb"], out["memory_peak_mb"], out["cpu_usage_percent"] = memory, peak, cpu
}

// value is what a check asks for; NaN: it was not measured.
func value(m *Measured, values map[string]any, metric scenario.Metric) float64 {
	if metric.Stat == "" {
		name := metric.Name
		if name == "error_ratio" {
			name = "error_rate"
		}
		switch v := values[name].(type) {
		case float64:
			return v
		case int:
			return float64(v)
		}
		return math.NaN()
	}
	return timingValue(m, metric)
}

func timingValue(m *Measured, metric scenario.Metric) float64 {
	sample := map[string]*stats.Sample{
		"latency": m.latency(), "response_time": m.latency(), "service_time": &m.Result.Service, "ttft": &m.Result.TTFT, "itl": &m.Result.Gap,
	}[metric.Name]
	q, percentile := metric.Quantile()
	switch {
	case percentile:
		return sample.Quantile(q)
	case metric.Stat == "avg":
		return sample.Mean()
	case metric.Stat == "max":
		return sample.Quantile(1)
	}
	return sample.Quantile(0)
}

// Value is what a metric of the scenario is; NaN: it was not measured.
func Value(m *Measured, metric scenario.Metric) float64 { return value(m, metrics(m), metric) }
