package main

import (
	"time"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/report"
	"github.com/otelcol-llm/otelcol-llm/internal/alert"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

func (m *made) health() report.Health {
	now := m.now().UTC()
	if m.kind == "empty" {
		return report.Health{Timestamp: now, Status: report.NoData, Reason: "no model call has been seen"}
	}
	last := now.Add(-4 * time.Second)
	if m.kind == "quiet" {
		last = now.Add(-time.Hour)
		return report.Health{Timestamp: now, Status: report.NoData, Reason: "no model call in the last 5 minutes", LastCall: &last}
	}
	return report.Health{
		Timestamp: now, Status: report.Degraded, Reason: "research: 6.3 % of the model calls of the last 5 minutes failed", ErrorRate: ptr(2.4),
		AvgResponseTime: ptr(2.31),
		LastCall:        &last, ActiveAlerts: 2,
		Services: []report.ServiceStatus{
			{Service: "research", Status: report.Degraded, ErrorRate: ptr(6.25), AvgResponseTime: ptr(3.4)},
			{Service: "support", Status: report.Healthy, ErrorRate: ptr(0.2), AvgResponseTime: ptr(1.1)},
		},
	}
}

func (m *made) summary(rangeName string) report.Summary {
	s := report.Summary{Timestamp: m.now().UTC(), Range: rangeName}
	if m.kind == "empty" {
		s.Health = report.ServiceHealth{Status: report.NoData}
		return s
	}
	s.Requests = report.RequestMetrics{Scope: report.ScopeAgent, PerMinute: ptr(14.2), Avg: ptr(6.1), P95: ptr(14.8), SuccessRate: ptr(97.6), Concurrent: ptr(9)}
	s.LLM = report.LLMMetrics{
		TotalTokens: ptr(18_243_310), TokensPerMin: ptr(304_055), AvgLatency: ptr(2.31), P50Latency: ptr(1.74), P95Latency: ptr(6.2), FirstChunkP50: ptr(0.41),
		CallsPerMinute: ptr(86.5), CostPerHour: ptr(5.417265),
	}
	s.Performance = report.Performance{CPU: ptr(41.5), MemoryMB: ptr(412.6), MemoryPeakMB: ptr(498.1), CacheHitRate: ptr(37.4)}
	s.Errors = report.ErrorMetrics{ErrorRate: ptr(2.1), TimeoutRate: ptr(0.4), RetryRate: ptr(1.2)}
	s.Resources = report.ResourceUsage{
		Host: text("gateway-1"), CPU: ptr(41.5), CPUPeak: ptr(88), CPULimit: ptr(2), Memory: ptr(62.3), MemoryUsed: ptr(2.67e9),
		MemoryLimit: ptr(4294967296), Load1m: ptr(1.2),
		DiskReadPerSec: ptr(0), DiskWritePerSec: ptr(48230.5), NetworkReceivedPerS: ptr(120311), NetworkSentPerS: ptr(90233),
	}
	s.Gateway = report.Gateway{
		AcceptedSpans: ptr(124.2), RefusedSpans: ptr(0), Dropped: ptr(0), QueueSize: ptr(2097152), QueueCapacity: ptr(67108864), MemoryBytes: ptr(187203584),
		UptimeSeconds: ptr(296412), Version: text("0.1.0"),
	}
	return s
}

func (m *made) alerts() report.Alerts {
	now := m.now().UTC()
	a := report.Alerts{Timestamp: now, Active: []report.Alert{}, Past: []report.Alert{}}
	if m.kind == "empty" {
		return a
	}
	fired := now.Add(-22 * time.Minute)
	body := "team-monthly, team research has spent 261.90 of 250 USD (105 %) this month."
	if m.kind == "hostile" {
		body = hostile[0] + hostile[4]
	}
	m.spentMu.Lock()
	a.Active = append(a.Active, m.raised...)
	m.spentMu.Unlock()
	a.Active = append(a.Active,
		report.Alert{Alert: alert.Alert{
			Event: genai.EventBudgetAlert, Time: fired, ID: "team-monthly-1-research", Body: body, Name: "team-monthly", Type: "MONTHLY_BUDGET_EXCEEDED",
			Severity: genai.SeverityError,
			State:    genai.AlertFiring, Reason: "threshold", Fingerprint: "team-monthly-1", Value: 261.9, Threshold: 250, Unit: genai.UnitUSD, StartsAt: fired,
			Group: map[string]string{"team": "research"}, Drivers: []string{"paper-reader, gpt-5: 201.11 USD (77 %)"},
		}, Trace: "0af7651916cd43dd8448eb211c80319c", TraceURL: m.traceURL()},
		report.Alert{Alert: alert.Alert{
			Event: genai.EventThresholdAlert, Time: now.Add(-7 * time.Minute), ID: "HIGH_ERROR_RATE-research",
			Body: "HIGH_ERROR_RATE: 6.3 % of the calls of research failed, above 5 %.",
			Name: "HIGH_ERROR_RATE", Type: "HIGH_ERROR_RATE", Severity: genai.SeverityWarning, State: genai.AlertFiring,
			Fingerprint: "HIGH_ERROR_RATE-research", Value: 0.0625,
			Threshold: 0.05, Unit: "1", StartsAt: now.Add(-8 * time.Minute), Group: map[string]string{"service.name": "research"},
		}})
	a.Past = append(a.Past, report.Alert{Alert: alert.Alert{
		Event: genai.EventThresholdAlert, Time: now.Add(-9 * time.Hour), ID: "SLOW_RESPONSE-1", Body: "SLOW_RESPONSE of search is over after 12 minutes.",
		Name: "SLOW_RESPONSE",
		Type: "SLOW_RESPONSE", Severity: genai.SeverityWarning, State: genai.AlertResolved, Fingerprint: "SLOW_RESPONSE", Value: 4.2, Threshold: 10, Unit: "s",
		StartsAt: now.Add(-9*time.Hour - 12*time.Minute), EndsAt: now.Add(-9 * time.Hour),
	}})
	return a
}

func (m *made) traceURL() *string {
	if m.kind == "hostile" {
		return text(hostile[2])
	}
	return text("http://localhost:16686/trace/0af7651916cd43dd8448eb211c80319c")
}

func (m *made) suggestion(complexity string) report.Suggestion {
	s := report.Suggestion{Timestamp: m.now().UTC(), Complexity: complexity, MinQuality: 0.85, Candidates: []report.Candidate{}}
	if m.kind == "empty" {
		s.Message = "no model has a quality"
		return s
	}
	for i, one := range m.models() {
		at := float64(i) / 10
		s.Candidates = append(s.Candidates, report.Candidate{
			Model: one.name, Quality: 0.9, Cost: 0.9 - at, Speed: 0.5, Score: 0.8 - at, CostPerCall: ptr(0.001 + at), P95: ptr(one.speed), QualitySource: "configured",
		})
	}
	s.Suggested = &s.Candidates[0]
	return s
}

func (m *made) recommendations() report.Recommendations {
	now := m.now().UTC()
	if m.kind == "empty" {
		return report.Recommendations{Timestamp: now, Recommendations: []report.Recommendation{}, Message: "nothing to recommend"}
	}
	return report.Recommendations{Timestamp: now, Recommendations: []report.Recommendation{
		{
			Name: "expensive-model", Subject: m.models()[0].name, Title: m.models()[0].name + " is 66 % of the cost", Priority: "high",
			Advice: "Send simple calls to a cheaper model: claude-haiku-4-5 would have cost 9.72 USD for the same tokens.", Savings: ptr(583.4),
			Figures: map[string]float64{"share_percent": 66.2, "calls": 4120}, Since: now.Add(-26 * time.Hour),
		},
		{
			Name: "prompt-cache", Subject: "gpt-5", Title: "Only 18 % of the input of gpt-5 comes from the prompt cache", Priority: "medium",
			Advice: "Put what repeats at the head of the prompt: 41 % of the input was sent before.", Savings: ptr(212.9),
			Figures: map[string]float64{"cache_hit_percent": 18.1, "calls": 1811}, Since: now.Add(-3 * time.Hour),
		},
		{
			Name: "retries", Title: "Retries cost money", Priority: "low",
			Advice: "1.2 % of the calls were tried again after they had been billed: back off before the next try.", Savings: ptr(14.2),
			Figures: map[string]float64{"retries": 212}, Since: now.Add(-50 * time.Minute),
		},
	}}
}
