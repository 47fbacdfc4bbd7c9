package clientmetrics

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

const (
	asGauge   = "gauge"
	asLevel   = "level"
	asCounter = "counter"
	asClassic = "histogram"
	asExpo    = "exponential histogram"
	asSummary = "summary"
)

func newMetric(name, unit, kind string) pmetric.Metric {
	m := pmetric.NewMetric()
	m.SetName(name)
	m.SetUnit(unit)
	switch kind {
	case asGauge:
		m.SetEmptyGauge().DataPoints().AppendEmpty()
	case asLevel:
		m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		m.Sum().DataPoints().AppendEmpty()
	case asCounter:
		m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		m.Sum().SetIsMonotonic(true)
		m.Sum().DataPoints().AppendEmpty()
	case asClassic:
		m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		m.Histogram().DataPoints().AppendEmpty()
	case asExpo:
		m.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		m.ExponentialHistogram().DataPoints().AppendEmpty()
	case asSummary:
		m.SetEmptySummary().DataPoints().AppendEmpty()
	}
	return m
}

func TestClash(t *testing.T) {
	for _, c := range []struct{ name, unit, kind, want string }{
		// every spelling that Prometheus makes one of ours of
		{"llm.cost.usd", "{USD}", asCounter, genai.MetricCostUSD},
		{"llm.cost.usd", "", asCounter, genai.MetricCostUSD},
		{"llm_cost_usd_total", "", asCounter, genai.MetricCostUSD},
		{"llm_cost_usd_total", "", asGauge, genai.MetricCostUSD},
		{"llm.cost", "usd", asCounter, genai.MetricCostUSD},
		{"llm", "cost_usd", asCounter, genai.MetricCostUSD},
		{"llm/cost/usd", "", asCounter, genai.MetricCostUSD},
		{"llm.cost..usd", "", asCounter, genai.MetricCostUSD},
		{"_llm.cost.usd", "", asCounter, genai.MetricCostUSD},
		{"llm.total.cost.usd", "", asCounter, genai.MetricCostUSD},
		{"agent.request.duration", "s", asExpo, genai.MetricAgentDuration},
		{"agent.request.duration.seconds", "", asClassic, genai.MetricAgentDuration},
		{"gen_ai_client_token_usage_count", "", asGauge, genai.MetricTokenUsage},
		{"gen_ai.client.token.usage.bucket", "", asLevel, genai.MetricTokenUsage},
		{"llm.perf.error_ratio", "1", asGauge, genai.PerfErrorRatio},
		{"llm.perf.requests", "{request}/s", asGauge, genai.PerfRequests},
		{"llm.perf", "{request}/s", asGauge, ""},
		{"llm.perf.latency", "s", asGauge, genai.PerfLatency},
		{"llm.perf.latency", "ms", asGauge, ""},
		{"llm.budget.spent.usd", "", asGauge, "llm.budget.spent.usd"},
		{"langchain_errors", "", asCounter, genai.LangchainErrors},
		{"langchain_memory_usage", "By", asGauge, genai.LangchainMemoryUsage},
		// OpenMetrics has one family of a name without _total, whatever its type
		{"llm.cost.usd", "", asGauge, genai.MetricCostUSD},
		{"llm.perf.health", "", asCounter, genai.PerfHealth},
		{"cache.operations", "", asSummary, genai.MetricCacheOperations},
		// a part of theirs that is the whole of one of ours
		{"process.unix.file_descriptor", "", asClassic, genai.ProcessFileDescriptors},
		// theirs
		{"llm.performance.score", "", asGauge, ""},
		{"llm.costume", "", asCounter, ""},
		{"llm2.cost", "usd", asCounter, ""},
		{"llm2.cost.usd", "", asCounter, ""},
		{"LLM.Cost.USD", "", asCounter, ""},
		{"llm.cost", "", asCounter, ""},
		{"claude_code.cost.usage", "USD", asCounter, ""},
		{"gen_ai.server.request.duration", "s", asClassic, ""},
		{"langchain_chains_total", "", asCounter, ""},
		{"gemini_cli.token.usage", "", asCounter, ""},
		{"...", "", asCounter, ""},
		// what every host tells of itself, unless it would push ours out by its type
		{"process.memory.usage", "By", asLevel, ""},
		{"process.memory.usage", "By", asGauge, ""},
		{"system.network.io", "By", asCounter, ""},
		{"system.cpu.utilization", "1", asGauge, ""},
		{"process.memory.usage", "By", asClassic, genai.ProcessMemoryUsage},
		{"system.network.io", "By", asGauge, genai.HostNetworkIO},
		{"system_network_io_bytes_total", "", asGauge, genai.HostNetworkIO},
	} {
		got := newOwn().clash(shapeOf(newMetric(c.name, c.unit, c.kind)))
		assert.Equal(t, c.want, got, "%s of %s in %q", c.kind, c.name, c.unit)
	}
}

// Whatever a gateway tells itself, a client cannot.
func TestEveryOwnMetricClashes(t *testing.T) {
	o := newOwn()
	for _, m := range genai.GatewayMetrics() {
		assert.Equal(t, m.Name, o.clash(shape{m.Name, m.Unit, kinds[m.Kind]}), m.Name)
	}
	for _, m := range genai.HostMetrics() {
		assert.Empty(t, o.clash(shape{m.Name, m.Unit, kinds[m.Kind]}), m.Name)
	}
}
