package test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/test/gateway"
)

// forged are metrics that a client sends under our names: its SDK does some of them in good faith, and some spellings
// become one of our names only in Prometheus.
var forged = []struct{ name, unit string }{
	{genai.MetricOperationDuration, "s"},
	{genai.MetricTokenUsage, "{token}"},
	{genai.MetricTimeToFirstChunk, "s"},
	{genai.MetricToolDuration, "s"},
	{genai.MetricEvaluationScore, "1"},
	{genai.MetricCalls, "{call}"},
	{genai.MetricTokens, "{token}"},
	{genai.MetricCostUSD, "{USD}"},
	{genai.MetricCostSavedUSD, "{USD}"},
	{genai.MetricUnpricedCalls, "{call}"},
	{genai.MetricUnpricedTokens, "{token}"},
	{genai.MetricRetries, "{retry}"},
	{genai.MetricErrors, "{error}"},
	{genai.MetricInflightPeak, "{call}"},
	{genai.MetricInfraCostUSD, "{USD}"},
	{genai.MetricAgentRequests, "{request}"},
	{genai.MetricAgentDuration, "s"},
	{genai.MetricCacheOperations, "{operation}"},
	{genai.MetricDeployments, "{deployment}"},
	{genai.PerfLatency, "s"},
	{genai.PerfHealth, "{state}"},
	{"llm_cost_usd", ""},
	{"llm_cost_usd_total", ""},
	{"llm.cost", "usd"},
	{"llm", "cost_usd"},
	{"llm/cost/usd", ""},
	{"llm.cost..usd", ""},
	{"_llm.cost.usd", ""},
	{"llm_calls_total", "{call}"},
	{"agent_requests", ""},
	{"cache_operations_total", ""},
	{"service_deployments", ""},
	{"gen_ai_client_operation_duration", "s"},
	{"gen_ai.client.operation.duration.seconds", "s"},
	{"gen_ai_client_token_usage", ""},
}

// TestForgedMetrics sends metrics under our names beside spans that count: only what the spans say is in Prometheus, whichever came
// first, and nothing clashes.
func TestForgedMetrics(t *testing.T) {
	t.Parallel()
	g, otlp, scrapeURL, _ := defaultsWith(t, []string{
		"--config", gateway.Root() + "/test/testdata/everything.yaml",
		"--set=connectors.genaimetrics.naming=[semconv]",
	})
	postMetrics(t, otlp, forgedMetrics(1))
	traces, truth := aFewMinutes(t, 200)
	postTraces(t, otlp, traces)
	postMetrics(t, otlp, forgedMetrics(2))
	calls := 0.0
	for key, c := range truth.cells {
		if key.scope == "llm" && key.value == "" {
			calls += float64(c.calls)
		}
	}
	require.Eventually(t, func() bool {
		got := scrape(t, scrapeURL)
		return got.sum("llm_calls_total") == calls && got.sum("a_metric_of_its_own_total") == 2_000_000
	}, 30*time.Second, 100*time.Millisecond, "the spans' calls, and the client's own metric")
	for line := range strings.Lines(scrapeText(t, scrapeURL)) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "target_info") && !strings.HasPrefix(line, "a_metric_of_its_own_total") {
			assert.NotContains(t, line, "forger")
		}
	}
	checkQuiet(t, g)
}

// forgedMetrics is what the client has counted so far, the n-th time it is asked.
func forgedMetrics(n int) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	rm := metrics.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr(genai.ServiceName, "forger")
	all := rm.ScopeMetrics().AppendEmpty().Metrics()
	now := time.Now()
	add := func(name, unit string) {
		m := all.AppendEmpty()
		m.SetName(name)
		m.SetUnit(unit)
		m.SetDescription("It says something else.")
		fill(m, now, n)
	}
	for _, f := range forged {
		add(f.name, f.unit)
	}
	add("a.metric.of.its.own", "")
	return metrics
}

// fill makes a counter of the metric, or a histogram where its name says that it is one.
func fill(m pmetric.Metric, now time.Time, n int) {
	begin := pcommon.NewTimestampFromTime(now.Add(-time.Minute))
	if strings.Contains(m.Name(), "duration") || strings.Contains(m.Name(), "usage") {
		h := m.SetEmptyHistogram()
		h.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		p := h.DataPoints().AppendEmpty()
		p.SetStartTimestamp(begin)
		p.SetTimestamp(pcommon.NewTimestampFromTime(now))
		p.Attributes().PutStr(genai.ServiceName, "forger")
		p.ExplicitBounds().FromRaw([]float64{1})
		p.BucketCounts().FromRaw([]uint64{0, uint64(n)})
		p.SetCount(uint64(n))
		p.SetSum(1e6 * float64(n))
		return
	}
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := sum.DataPoints().AppendEmpty()
	p.SetStartTimestamp(begin)
	p.SetTimestamp(pcommon.NewTimestampFromTime(now))
	p.Attributes().PutStr(genai.ServiceName, "forger")
	p.SetDoubleValue(1e6 * float64(n))
}

func postMetrics(t *testing.T, otlp string, metrics pmetric.Metrics) {
	t.Helper()
	body, err := pmetricotlp.NewExportRequestFromMetrics(metrics).MarshalProto()
	require.NoError(t, err)
	gateway.Post(t, otlp+"/v1/metrics", "application/x-protobuf", body)
}
