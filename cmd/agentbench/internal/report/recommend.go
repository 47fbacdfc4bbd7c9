package report

import "fmt"

// figure is a metric as a number.
func (s *Scenario) figure(name string) (float64, bool) {
	switch v := s.Metrics[name].(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// recommend says what to look at, each with the figures that it rests on.
func recommend(r *Report) []string {
	out := []string{}
	for _, name := range r.Names() {
		s := r.Scenarios[name]
		say := func(format string, args ...any) { out = append(out, name+": "+fmt.Sprintf(format, args...)) }
		if s.Invalid != "" {
			say("the figures are not the agent's: %s. Run agentbench on another machine, or with less load.", s.Invalid)
		}
		recommendTimes(s, say)
		recommendLoad(s, say)
	}
	if len(out) == 0 {
		out = append(out, "All is fine: nothing measured is out of the ordinary.")
	}
	return out
}

func recommendTimes(s *Scenario, say func(string, ...any)) {
	avg, ok := s.figure("avg_response_time")
	if ok && avg > 5 {
		say("answers take %.2f s on average, more than 5 s. %s", avg, longest(s))
	}
	if p95, too := s.figure("p95_response_time"); ok && too && p95 > 2*avg {
		say("p95 is %.2f s, %.1f times the average of %.2f s: look at what the slow requests wait for (a queue, retries, long answers).", p95, p95/avg, avg)
	}
}

// longest is where most of the time went.
func longest(s *Scenario) string {
	share, ok := s.Metrics["time_share"].(map[string]any)
	if !ok {
		return "Listen to the gateway to see whether models, tools or the agent take the time."
	}
	best, most := "", 0.0
	for _, part := range []string{"llm", "tool", "agent"} {
		if v, _ := share[part].(float64); v > most {
			best, most = part, v
		}
	}
	return map[string]string{
		"llm":   fmt.Sprintf("%.0f %% of it are model calls: a faster model, shorter prompts, fewer turns or streaming.", 100*most),
		"tool":  fmt.Sprintf("%.0f %% of it are tools: run them side by side, or keep what they answered.", 100*most),
		"agent": fmt.Sprintf("%.0f %% of it are neither model calls nor tools: the agent's own code, or waiting for a worker.", 100*most),
	}[best]
}

func recommendLoad(s *Scenario, say func(string, ...any)) {
	rate, ok := s.figure("requests_per_second")
	if flying, _ := s.figure("concurrent_requests_handled"); ok && rate < 1 && flying > 1 {
		say("%.2f requests a second with up to %.0f in flight, less than 1: more workers, or shorter requests.", rate, flying)
	}
	if errors, ok := s.figure("error_rate"); ok && errors > 0.05 {
		say("%.1f %% of %d requests failed, more than 5 %%: %s.", 100*errors, s.requests, classes(s))
	}
	if memory, ok := s.figure("memory_peak_mb"); ok && memory > 1000 {
		say("the agent's processes took up to %.0f MB, more than 1,000 MB.", memory)
	}
	if speed, ok := s.figure("output_tokens_per_second_per_call"); ok && speed < 10 {
		say("a call gives %.1f tokens a second, fewer than 10: look at the model or the provider's limits.", speed)
	}
	if cpu, ok := s.figure("cpu_usage_percent"); ok && cpu > 80 {
		say("the agent's processes used %.0f %% of a core, more than 80 %%: they may be what limits the throughput.", cpu)
	}
}

// classes lists the failures, the most frequent first.
func classes(s *Scenario) string {
	text := ""
	for _, class := range sortedFailures(s.Failures) {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", s.Failures[class].Count, class)
	}
	return text
}
