package advice

import "time"

// Of the gauges of perfstats those of a whole service, of all its models, agents or tools together.
const ofService = `gen_ai_request_model="",gen_ai_agent_name="",gen_ai_tool_name=""`

const (
	samples      = `llm_perf_samples{scope="llm",` + ofService + `}`
	serviceCalls = `max by (service_name) (` + samples + `)`
	average      = `llm_perf_latency_seconds{scope="llm",stat="avg",` + ofService + `}`
	p95          = `llm_perf_latency_seconds{scope="llm",stat="p95",` + ofService + `}`
	errorRatio   = `llm_perf_error_ratio{` + ofService + `}`
	requestRate  = `sum by (service_name) (llm_perf_requests_per_second{scope="llm",` + ofService + `})`
	concurrency  = `sum by (service_name) (llm_perf_concurrency{` + ofService + `})`
	tokensACall  = `sum by (service_name) (llm_perf_tokens_per_call{` + ofService + `})`

	memory    = `(process_memory_usage_bytes or langchain_memory_usage_bytes)`
	memoryFor = `(count_over_time(process_memory_usage_bytes[10m]) or count_over_time(langchain_memory_usage_bytes[10m]))`
	cpuBusy   = `system_cpu_utilization_busy_ratio`

	// anchored counts each call, and no part of one: increase alone reckons with what it does not see.
	byModel    = `sum by (gen_ai_request_model) `
	modelCalls = byModel + `(increase(llm_calls_booked_total[1h] anchored))`
	modelSpent = byModel + `(increase(llm_cost_booked_usd_total[1h] anchored))`
	chunk      = `gen_ai_client_operation_time_per_output_chunk_seconds`
	// A histogram is exponential, or classic.
	chunkMedian = `(histogram_quantile(0.5, ` + byModel + `(increase(` + chunk + `[1h]))) or ` +
		`histogram_quantile(0.5, sum by (gen_ai_request_model, le) (increase(` + chunk + `_bucket[1h]))))`
	chunkCalls = `(histogram_count(` + byModel + `(increase(` + chunk + `[1h]))) or ` + byModel + `(increase(` + chunk + `_count[1h])))`

	inputTypes = `gen_ai_token_type=~"input_uncached|cache_read|cache_write"`
	cacheRead  = byModel + `(increase(llm_tokens_booked_total{gen_ai_token_type="cache_read"}[1h] anchored))`
	input      = byModel + `(increase(llm_tokens_booked_total{` + inputTypes + `}[1h] anchored))`
	modelRetry = byModel + `(increase(llm_retries_total[1h] anchored))`

	daySpent  = byModel + `(increase(llm_cost_booked_usd_total[24h] anchored))`
	dayTotal  = `scalar(sum(increase(llm_cost_booked_usd_total[24h] anchored)))`
	dayCalls  = byModel + `(increase(llm_calls_booked_total[24h] anchored))`
	unpriced  = `sum by (gen_ai_provider_name, gen_ai_request_model) (increase(llm_unpriced_calls_total[1h] anchored))`
	unpricedT = `sum by (gen_ai_provider_name, gen_ai_request_model) (increase(llm_unpriced_tokens_total[1h] anchored))`
)

// Defaults are the rules that everyone has.
func Defaults() []Rule {
	return append(speedRules(), append(machineRules(), moneyRules()...)...)
}

func speedRules() []Rule {
	return []Rule{
		{
			Name: "slow-average", Priority: Medium, For: 10 * time.Minute, Value: "average_seconds",
			Title:   "Model calls of {subject} take {average_seconds} s on average",
			Advice:  "Cache answers that come again, shorten prompts, or take a faster model.",
			Expr:    `max by (service_name) (` + average + `) > 5 and ` + serviceCalls + ` >= 20`,
			Figures: map[string]string{"calls": serviceCalls},
		},
		{
			Name: "latency-outliers", Priority: Medium, For: 10 * time.Minute, Value: "p95_seconds",
			Title:   "One model call in twenty of {subject} takes more than {p95_seconds} s, twice the average of {average_seconds} s",
			Advice:  "Look at the slowest traces, and set a timeout and a limit of output tokens.",
			Expr:    `max by (service_name) (` + p95 + ` > ignoring (stat) 2 * ` + average + ` and ignoring (stat) ` + samples + ` >= 20)`,
			Figures: map[string]string{"average_seconds": `max by (service_name) (` + average + `)`, "calls": serviceCalls},
		},
		{
			Name: "low-throughput", Priority: Low, For: 15 * time.Minute, Value: "requests_per_second",
			Title:   "{subject} finishes {requests_per_second} calls a second with {concurrency} at once",
			Advice:  "Calls wait for each other or for the provider: look at rate limits and connection pools, and send batches.",
			Expr:    requestRate + ` < 1 and ` + concurrency + ` >= 4 and ` + serviceCalls + ` >= 20`,
			Figures: map[string]string{"concurrency": concurrency, "calls": serviceCalls},
		},
		{
			Name: "high-error-ratio", Priority: High, For: 5 * time.Minute, Value: "error_ratio",
			Title:   "{error_percent} % of the model calls of {subject} fail",
			Advice:  "See the errors by type; retry with growing pauses what is worth it, and have a second model to fall back to.",
			Expr:    `max by (service_name) (` + errorRatio + ` > 0.05 and ignoring (scope) ` + samples + ` >= 20)`,
			Figures: map[string]string{"error_percent": `100 * max by (service_name) (` + errorRatio + `)`, "calls": serviceCalls},
		},
		{
			Name: "slow-output", Priority: Medium, For: 5 * time.Minute, Value: "seconds_per_token",
			Title:   "{subject} writes {tokens_per_second} tokens a second",
			Advice:  "Take a faster model or another provider of the same one, or ask for shorter answers.",
			Expr:    chunkMedian + ` > 0.1 and ` + chunkCalls + ` >= 20`,
			Figures: map[string]string{"tokens_per_second": `1 / ` + chunkMedian, "calls": chunkCalls},
		},
	}
}

func machineRules() []Rule {
	return []Rule{
		{
			Name: "high-memory", Priority: High, For: 10 * time.Minute, Value: "bytes",
			Title:   "{subject} takes {megabytes} MB of memory",
			Advice:  "Look for conversations, caches and vectors that are never let go.",
			Expr:    `max by (component) (` + memory + `) > 1e9 and max by (component) ` + memoryFor + ` >= 10`,
			Figures: map[string]string{"megabytes": `max by (component) (` + memory + `) / 1e6`},
		},
		{
			Name: "high-cpu", Priority: High, For: 10 * time.Minute, Value: "ratio",
			Title:   "The CPU of {subject} is busy {percent} % of the time",
			Advice:  "Give the machine more CPUs, or move work off it.",
			Expr:    `max by (host_name) (` + cpuBusy + `) > 0.8 and max by (host_name) (count_over_time(` + cpuBusy + `[10m])) >= 10`,
			Figures: map[string]string{"percent": `100 * max by (host_name) (` + cpuBusy + `)`},
		},
	}
}

func moneyRules() []Rule {
	return []Rule{
		{
			Name: "expensive-model", Priority: High, For: 10 * time.Minute, Every: 5 * time.Minute, Value: "share",
			Title:   "{subject} is {share_percent} % of the cost of 24 hours",
			Advice:  "Send simple calls to {cheaper}: all calls of 24 hours would have cost {cheaper_usd} USD there instead of {usd}.",
			Expr:    daySpent + ` / ` + dayTotal + ` > 0.6 and ` + dayCalls + ` >= 20`,
			Figures: map[string]string{"share_percent": `100 * ` + daySpent + ` / ` + dayTotal, "usd": daySpent, "calls": dayCalls},
			saving:  cheaperModel,
		},
		{
			Name: "long-prompts", Priority: Medium, For: 10 * time.Minute, Value: "tokens_per_call",
			Title:   "A model call of {subject} takes {tokens_per_call} tokens",
			Advice:  "Shorten prompts: send less of the history, fewer documents and tools.",
			Expr:    tokensACall + ` > 2000 and ` + serviceCalls + ` >= 20`,
			Figures: map[string]string{"calls": serviceCalls},
		},
		{
			Name: "low-cache-hits", Priority: Medium, For: 10 * time.Minute, Value: "hit_ratio",
			Title:  "{hit_percent} % of the input of {subject} comes from the prompt cache",
			Advice: "Put what stays the same (system prompt, tools, documents) first and mark it for caching.",
			Expr: cacheRead + ` / ` + input + ` < 0.3 and ` + modelCalls + ` >= 20 and ` +
				input + ` / ` + modelCalls + ` >= 1024`, // providers cache no shorter prompts
			Figures: map[string]string{"hit_percent": `100 * ` + cacheRead + ` / ` + input, "calls": modelCalls, "input_tokens_per_call": input + ` / ` + modelCalls},
			saving:  repeatedInput,
		},
		{
			Name: "costly-retries", Priority: Medium, For: 5 * time.Minute, Value: "retry_ratio",
			Title:   "{retry_percent} % of the calls of {subject} are sent again",
			Advice:  "Find out why the first attempt is thrown away: timeouts that are too short are paid twice.",
			Expr:    modelRetry + ` / ` + modelCalls + ` > 0.05 and ` + modelCalls + ` >= 20 and ` + modelSpent + ` > 0`,
			Figures: map[string]string{"retry_percent": `100 * ` + modelRetry + ` / ` + modelCalls, "retries": modelRetry, "calls": modelCalls},
			Savings: modelRetry + ` * ` + modelSpent + ` / ` + modelCalls + ` * 720`,
		},
		{
			Name: "unpriced-models", Priority: High, For: time.Minute, Value: "calls",
			Title:   "Calls of {subject} without a price in the last hour: {calls}",
			Advice:  "Add its price to prices.models of llmcost, or ask for a tier that has one: no budget sees what these calls cost.",
			Expr:    unpriced + ` > 0`,
			Figures: map[string]string{"tokens": unpricedT},
		},
	}
}
