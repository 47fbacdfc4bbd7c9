package test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// TestAgentsCountedByTheirMetrics: in the default wiring cli_agents: {claude-code: metrics} counts deltas, each once, in metrics and in the
// book, and naming langchain has the memory that a process tells of itself, which is no matter of this gateway's thresholds.
func TestAgentsCountedByTheirMetrics(t *testing.T) {
	t.Parallel()
	g, otlp, scrapeURL, _ := defaultsWith(t, []string{
		"--set=connectors.genaimetrics.interval=1s", "--set=connectors.genaimetrics.zero_for=0s",
		"--set=connectors.genaimetrics.naming=[semconv, langchain]",
		"--set=processors.llmcost.cli_agents.claude-code=metrics", "--set=connectors.budgetalert.zero_for=0s",
	})
	for n := range 3 {
		postMetrics(t, otlp, claudeTokens(n))
	}
	postMetrics(t, otlp, claudeTokens(2)) // again, as after a lost acknowledgement
	require.Eventually(t, func() bool {
		got := scrape(t, scrapeURL)
		return got.sum("llm_tokens_total", "gen_ai_token_type", "input_uncached") == 300 &&
			got.sum("claude_code_token_usage_tokens_total") == 300 &&
			got.sum("llm_cost_usd_total", "gen_ai_provider_name", "anthropic", "gen_ai_request_model", "claude-sonnet-4-6") == 0.75 &&
			got.sum("llm_cost_booked_usd_total", "gen_ai_provider_name", "anthropic", "gen_ai_request_model", "claude-sonnet-4-6") == 0.75 &&
			got.sum("langchain_memory_usage_bytes", "component", "claude-code") == 1<<20
	}, 40*time.Second, 100*time.Millisecond)
	checkQuiet(t, g)
}

var claudeStart = time.Now().Add(-time.Second)

// claudeTokens is the n-th delta of Claude Code's counters of tokens and cost, with its memory.
func claudeTokens(n int) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	rm := metrics.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "claude-code")
	scope := rm.ScopeMetrics().AppendEmpty()
	scope.Scope().SetName("com.anthropic.claude_code")
	at := func(p pmetric.NumberDataPoint) pmetric.NumberDataPoint {
		p.SetStartTimestamp(pcommon.NewTimestampFromTime(claudeStart.Add(time.Duration(n) * 100 * time.Millisecond)))
		p.SetTimestamp(pcommon.NewTimestampFromTime(claudeStart.Add(time.Duration(n+1) * 100 * time.Millisecond)))
		return p
	}
	delta := func(name, unit string) pmetric.NumberDataPoint {
		m := scope.Metrics().AppendEmpty()
		m.SetName(name)
		m.SetUnit(unit)
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		point := at(sum.DataPoints().AppendEmpty())
		point.Attributes().PutStr("model", "claude-sonnet-4-6")
		return point
	}
	tokens := delta("claude_code.token.usage", "tokens")
	tokens.Attributes().PutStr("type", "input")
	tokens.SetIntValue(100)
	delta("claude_code.cost.usage", "USD").SetDoubleValue(0.25)
	memory := scope.Metrics().AppendEmpty()
	memory.SetName("process.memory.usage")
	memory.SetUnit("By")
	at(memory.SetEmptyGauge().DataPoints().AppendEmpty()).SetIntValue(1 << 20)
	return metrics
}

// TestSDKMetrics: configs/sdk-metrics.yaml tells percentiles of a service that sends only metrics.
func TestSDKMetrics(t *testing.T) {
	t.Parallel()
	s := startShipped(t, "configs/sdk-metrics.yaml", []string{"--set=processors.perfstats.interval=1s"})
	postMetrics(t, s.otlp, sdkDurations())
	require.Eventually(t, func() bool {
		got := scrape(t, s.scrape)
		return got.sum("llm_perf_samples", "service_name", "sdk-only") == 10 &&
			got.sum("gen_ai_client_operation_duration_seconds_count") == 0
	}, 30*time.Second, 100*time.Millisecond)
}

// sdkDurations is a delta of ten calls.
func sdkDurations() pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	rm := metrics.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "sdk-only")
	scope := rm.ScopeMetrics().AppendEmpty()
	scope.Scope().SetName("opentelemetry.instrumentation.openai_v2")
	m := scope.Metrics().AppendEmpty()
	m.SetName(genai.MetricOperationDuration)
	m.SetUnit("s")
	h := m.SetEmptyHistogram()
	h.SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	p := h.DataPoints().AppendEmpty()
	now := time.Now()
	p.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-time.Second)))
	p.SetTimestamp(pcommon.NewTimestampFromTime(now))
	p.ExplicitBounds().FromRaw([]float64{1, 2})
	p.BucketCounts().FromRaw([]uint64{5, 5, 0})
	p.SetCount(10)
	p.SetSum(12)
	return metrics
}
