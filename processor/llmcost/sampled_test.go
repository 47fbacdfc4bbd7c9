package llmcost

import (
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-llm/otelcol-llm/processor/llmcost/internal/metadatatest"
)

// Calls that stand for others are a number of their own, and cost what they cost.
func TestSampledCallsAreCounted(t *testing.T) {
	for name, tc := range map[string]struct {
		state string
		attrs map[string]any
		calls int64
	}{
		"none":                   {"", nil, 0},
		"a threshold":            {"vendor=x:1,ot=th:c;rv:e05a99c8df8d32", nil, 1},
		"a threshold of nothing": {"ot=th:0", nil, 0},
		"a power of two":         {"ot=p:3;r:5", nil, 1},
		"another's state":        {"other=th:c", nil, 0},
		"per cent":               {"", map[string]any{"microsoft.sample_rate": 25.0}, 1},
		"a hundred per cent":     {"", map[string]any{"_MS.sampleRate": 100.0}, 0},
		"one in ten":             {"", map[string]any{"SampleRate": 10}, 1},
		"one in one":             {"", map[string]any{"SampleRate": 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, told := startMeasured(t)
			td := chat(tc.attrs)
			td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).TraceState().FromRaw(tc.state)
			p.process(t, td)
			metadatatest.AssertEqualLlmcostSampledCalls(t, told, []metricdata.DataPoint[int64]{{Value: tc.calls}}, metricdatatest.IgnoreTimestamp())
		})
	}
}
