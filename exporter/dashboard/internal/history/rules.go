package history

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"
)

const (
	// recordedPrefix begins the name of every recorded series and of no other one.
	recordedPrefix = "llm:"
	hourSuffix     = ":hour"
	daySuffix      = ":day"
	// recordedMark is 1 for each hour or day of which there is anything, 0 for one of which there is nothing.
	recordedMark = recordedPrefix + "recorded"
)

func isRecorded(name string) bool { return strings.HasPrefix(name, recordedPrefix) }

// A rule is recorded as name:hour and name:day. In expr, $R is the hour or the day.
type rule struct {
	name string
	expr string
}

// grown adds up what counters grew by, and has nothing where they did not. The labels of who exported them go.
func grown(metric string) string {
	return fmt.Sprintf(`sum without (job, instance) (increase(%s[$R] anchored)) > 0`, metric)
}

// quantiles are of native histograms or of classic ones, by a label and (with that label empty) of all.
func quantiles(metric, by string) string {
	var all []string
	for _, q := range []string{"0.5", "0.95", "0.99"} {
		for _, group := range []string{by, ""} {
			named := named(group)
			all = append(all, stat("p"+strings.TrimPrefix(q+"0", "0.")[:2], fmt.Sprintf(
				`histogram_quantile(%[1]s, sum by (%[2]s) (increase(%[3]s%[4]s[$R])))`+
					` or histogram_quantile(%[1]s, sum by (le, %[2]s) (increase(%[3]s_bucket%[4]s[$R])))`, q, group, metric, named)))
		}
	}
	return strings.Join(all, " or ")
}

// totals are how many observations there were and what they add up to, by a label, and "ok" those without an error. increase alone would reckon with
// what it does not see: it is asked only where a process began anew.
func totals(metric, by string, stats ...string) string {
	var all []string
	for _, name := range stats {
		part, selector := name, ""
		if name == "ok" {
			part, selector = "count", `{error_type=""}`
		}
		now := "histogram_" + part + "(" + metric + selector + ")"
		all = append(all, stat(name, fmt.Sprintf(
			`sum by (%[1]s) ((%[2]s - (histogram_%[3]s(%[4]s%[5]s offset $R) or %[2]s * 0) and resets(%[4]s%[5]s[$R]) == 0)`+
				` or histogram_%[3]s(increase(%[4]s%[5]s[$R])) or %[2]s) or sum by (%[1]s) (increase(%[4]s_%[3]s%[5]s[$R] anchored))`,
			by, now, part, metric, selector)))
	}
	return strings.Join(all, " or ")
}

func stat(name, expr string) string {
	return fmt.Sprintf(`label_replace(%s, "stat", "%s", "", "")`, expr, name)
}

// named leaves out what has no value of a label: it would pass for what is of all.
func named(label string) string {
	if label == "" {
		return ""
	}
	return "{" + label + `!=""}`
}

// alive are metrics of which one at least is there while the gateway runs.
const alive = "llm_cost_booked_usd_total|llm_budget_period_start_seconds|otelcol_process_uptime_seconds_total|target_info"

const (
	byModel = "gen_ai_request_model"
	byAgent = "gen_ai_agent_name"
	byTool  = "gen_ai_tool_name"
)

var rules = []rule{
	{"llm:cost_usd", grown("llm_cost_booked_usd_total")},
	{"llm:tokens", grown("llm_tokens_booked_total")},
	{"llm:calls", grown("llm_calls_booked_total")},
	{"llm:unpriced", grown("llm_unpriced_booked_total")},
	{"llm:saved_usd", grown("llm_cost_saved_usd_total")},
	{"llm:requests", grown("llm_calls_total")},
	{"llm:errors", grown("llm_errors_total")},
	{"llm:retries", grown("llm_retries_total")},
	{"llm:agent_requests", grown("agent_requests_total")},
	{"llm:latency_seconds", quantiles(series.CallDuration, byModel)},
	{"llm:ttft_seconds", quantiles(series.FirstChunk, byModel)},
	{"llm:output_seconds_per_token", quantiles(series.PerChunk, byModel)},
	{"llm:agent_latency_seconds", quantiles(series.AgentDuration, byAgent)},
	{"llm:tool_latency_seconds", quantiles(series.ToolDuration, byTool)},
	{"llm:latency_totals", totals(series.CallDuration, byModel, "count", "sum")},
	{"llm:agent_latency_totals", totals(series.AgentDuration, byAgent, "count", "sum")},
	{"llm:tool_latency_totals", totals(series.ToolDuration, byTool, "count", "sum", "ok")},
	{"llm:evaluation_totals", totals(series.Evaluation, byAgent, "count", "sum")},
	{"llm:cpu_ratio", `max(avg_over_time(system_cpu_utilization_busy_ratio[$R]))`},
	{"llm:memory_ratio", `max(avg_over_time(system_memory_utilization_ratio{system_memory_state="used"}[$R]))`},
	{"llm:gateway_memory_bytes", `max(max_over_time(otelcol_process_memory_rss_bytes[$R]))`},
	{"llm:gateway_spans", `sum(increase(otelcol_receiver_accepted_spans_total[$R])) > 0`},
	{recordedMark, `max(present_over_time({__name__=~"` + alive + `"}[$R])) or vector(0)`},
}

// over is the rule's expression for a stretch of time.
func (r *rule) over(stretch time.Duration) string {
	return strings.ReplaceAll(r.expr, "$R", fmt.Sprintf("%ds", int(stretch.Seconds())))
}
