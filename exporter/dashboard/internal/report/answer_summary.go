package report

import (
	"context"
	"math"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/series"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func (r *Report) summary(ctx context.Context, q *query) (any, error) {
	w, err := q.window()
	if err != nil {
		return nil, err
	}
	a := newAsk(ctx, r.o.Querier, q.now)
	w = w.inHours(a)
	s := Summary{Timestamp: q.now.UTC(), Range: w.name, Tools: map[string]Tool{}}
	var health Health
	a.also(func() { health = r.healthOf(a) })
	var uptime *float64
	a.into(&uptime, `100 * min(llm_perf_uptime_ratio)`)
	requests := askRequests(a, w)
	calls := askCalls(a, w)
	a.also(func() {
		g := r.between(a, bookedUSD, q.now.Add(-w.length), q.now)
		if g.known && (g.total() > 0 || r.unpricedSince(a, q.now.Add(-w.length)) == 0) {
			s.LLM.CostPerHour = inUSD(g.total().float() / w.length.Hours())
		}
	})
	a.byInto(&s.LLM.Models, labelModel, w.increase("llm_calls_total", labelModel))
	a.also(func() { s.Tools = toolsOf(a, w) })
	a.also(func() { s.Errors.ByType = counts(a.by("error_type", w.increase("llm_errors_total", "error_type"))) })
	askMachine(a, w, &s.Performance, &s.Resources)
	askGateway(a, w, &s.Gateway)
	if err := a.wait(); err != nil {
		return nil, err
	}
	s.Health = ServiceHealth{health.Status, health.ErrorRate, health.AvgResponseTime, uptime, health.Reason}
	s.Requests = requests.answer(w)
	calls.answer(w, &s)
	s.Performance.Throughput = times(s.Requests.PerMinute, 1.0/60)
	// The peaks may be a reading older than what they are the peaks of.
	s.Performance.MemoryPeakMB = higher(s.Performance.MemoryPeakMB, s.Performance.MemoryMB)
	s.Resources.CPUPeak = higher(s.Resources.CPUPeak, s.Resources.CPU)
	s.Alerts = r.alertCount(q)
	return s, nil
}

// higher is a peak that is no lower than what it is a peak of. Of a history that is young there may be none yet.
func higher(peak, now *float64) *float64 {
	switch {
	case now == nil:
		return peak
	case peak == nil:
		return now
	}
	return value(max(*peak, *now))
}

// counts are counts without those that increase made of nothing.
func counts(m map[string]float64) map[string]float64 {
	for name, n := range m {
		if m[name] = math.Round(n); m[name] == 0 {
			delete(m, name)
		}
	}
	return m
}

// requests is what is asked about requests, in both scopes.
type requests struct {
	agent, llm struct{ all, ok, avg, p95 *float64 }
	concurrent *float64
}

func askRequests(a *ask, w window) *requests {
	q := &requests{}
	a.into(&q.agent.all, w.increase("agent_requests_total", ""))
	a.into(&q.agent.ok, w.increase(`agent_requests_total{status="ok"}`, ""))
	a.into(&q.llm.all, w.increase("llm_calls_total", ""))
	a.into(&q.llm.ok, w.increase(`llm_calls_total{status="ok"}`, ""))
	agents, calls := hist{w: w, name: series.AgentDuration}, hist{w: w, name: series.CallDuration}
	a.into(&q.agent.avg, agents.average())
	a.into(&q.agent.p95, agents.quantile("0.95"))
	a.into(&q.llm.avg, calls.average())
	a.into(&q.llm.p95, calls.quantile("0.95"))
	a.into(&q.concurrent, `sum(llm_perf_concurrency{`+labelModel+`=""})`)
	return q
}

func (q *requests) answer(w window) RequestMetrics {
	scope, of := ScopeLLM, q.llm
	if q.agent.all != nil && *q.agent.all > 0.5 {
		scope, of = ScopeAgent, q.agent
	}
	return RequestMetrics{
		Scope: scope, PerMinute: times(of.all, 1/w.length.Minutes()), Avg: of.avg, P95: of.p95,
		SuccessRate: percent(zeroIf(of.ok, of.all), of.all), Concurrent: q.concurrent,
	}
}

// zeroIf is 0 for a part that no series has, where the whole is known.
func zeroIf(part, whole *float64) *float64 {
	if part == nil && whole != nil {
		return value(0)
	}
	return part
}

// calls is what is asked about model calls.
type calls struct {
	all, ok, timeout, retries   *float64
	tokens, cacheRead, input    *float64
	avg, p50, p95, firstChunk50 *float64
}

func askCalls(a *ask, w window) *calls {
	c := &calls{}
	a.into(&c.all, w.increase("llm_calls_total", ""))
	a.into(&c.ok, w.increase(`llm_calls_total{status="ok"}`, ""))
	a.into(&c.timeout, w.increase(`llm_calls_total{status="timeout"}`, ""))
	a.into(&c.retries, w.increase("llm_retries_total", ""))
	a.into(&c.tokens, w.increase("llm_tokens_total", ""))
	a.into(&c.cacheRead, w.increase(`llm_tokens_total{gen_ai_token_type="cache_read"}`, ""))
	a.into(&c.input, w.increase(`llm_tokens_total{gen_ai_token_type=~"input_uncached|cache_read|cache_write"}`, ""))
	h := hist{w: w, name: series.CallDuration}
	a.into(&c.avg, h.average())
	a.into(&c.p50, h.quantile("0.5"))
	a.into(&c.p95, h.quantile("0.95"))
	a.into(&c.firstChunk50, hist{w: w, name: series.FirstChunk}.quantile("0.5"))
	return c
}

func (c *calls) answer(w window, s *Summary) {
	models := s.LLM.Models
	var sum float64
	for _, n := range models {
		sum += n
	}
	for name, n := range models {
		if models[name] = 100 * n / sum; n < 0.5 {
			delete(models, name)
		}
	}
	s.LLM.TotalTokens, s.LLM.TokensPerMin = whole(c.tokens), times(c.tokens, 1/w.length.Minutes())
	s.LLM.AvgLatency, s.LLM.P50Latency, s.LLM.P95Latency, s.LLM.FirstChunkP50 = c.avg, c.p50, c.p95, c.firstChunk50
	s.LLM.CallsPerMinute = times(c.all, 1/w.length.Minutes())
	s.Errors.ErrorRate = restOf(percent(zeroIf(c.ok, c.all), c.all))
	s.Errors.TimeoutRate = percent(zeroIf(c.timeout, c.all), c.all)
	s.Errors.RetryRate = percent(zeroIf(c.retries, c.all), c.all)
	s.Performance.CacheHitRate = percent(zeroIf(c.cacheRead, c.input), c.input)
}

func toolsOf(a *ask, w window) map[string]Tool {
	all := hist{w: w, name: series.ToolDuration, by: labelTool}
	good := hist{w: w, name: series.ToolDuration, selector: succeeded, by: labelTool}
	executions, ok := all.observed(a), good.observed(a)
	avg, p95 := a.by(labelTool, all.average()), a.by(labelTool, all.quantile("0.95"))
	tools := map[string]Tool{}
	for name, n := range executions {
		if n < 0.5 {
			continue
		}
		tools[name] = Tool{
			Executions: value(math.Round(n)), SuccessRate: percent(value(ok[name]), &n), AvgDuration: known(avg, name), P95Duration: known(p95, name),
		}
	}
	return tools
}

func (r *Report) alertCount(q *query) AlertCount {
	active := r.o.Alerts.Active(q.now)
	c := AlertCount{Active: len(active)}
	for i := range active {
		if active[i].Severity == genai.SeverityError {
			c.Critical++
		}
	}
	if past, err := r.o.Alerts.Past(1); err == nil && len(past) == 1 {
		last := r.alertOf(&past[0])
		c.Last = &last
	}
	return c
}
