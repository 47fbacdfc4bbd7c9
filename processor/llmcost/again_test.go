package llmcost

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
	"github.com/otelcol-llm/otelcol-llm/processor/llmcost/internal/metadatatest"
)

// What comes again has the attributes that it had, and what it would have cost more is added up once.
func TestADuplicateThatComesAgain(t *testing.T) {
	claude := func(more map[string]any) map[string]any {
		attrs := map[string]any{genai.ProviderName: "anthropic", genai.RequestModel: "claude-sonnet-4-5", genai.ResponseID: "msg_1"}
		for k, v := range more {
			attrs[k] = v
		}
		return attrs
	}
	writes := claude(map[string]any{genai.UsageCacheWrite: 400})
	const stored = "resp_68a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607"
	for name, tc := range map[string]struct {
		spans     []ptrace.Traces
		uncounted float64
	}{
		"the same answer":    {[]ptrace.Traces{report{id: 1, to: 4, attrs: claude(nil)}.span(), report{id: 2, from: 1, to: 3, attrs: writes}.span()}, 0.0003},
		"the parent":         {[]ptrace.Traces{report{id: 6, parent: 5, from: 1, to: 3, attrs: claude(nil)}.span(), report{id: 5, to: 4, attrs: writes}.span()}, 0.0003},
		"the child":          {[]ptrace.Traces{report{id: 5, to: 4, attrs: claude(nil)}.span(), report{id: 6, parent: 5, from: 1, to: 3, attrs: writes}.span()}, 0.0003},
		"a fetched answer":   {[]ptrace.Traces{report{id: 1, to: 4, attrs: id(stored)}.span(), named("responses.retrieve", report{id: 2, from: 60, to: 61, attrs: id(stored)}.span())}, 0},
		"one that is fuller": {[]ptrace.Traces{report{id: 1, to: 4, attrs: writes}.span(), report{id: 2, from: 1, to: 3, attrs: claude(nil)}.span()}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, told := startMeasured(t)
			var first []map[string]any
			for _, td := range tc.spans {
				first = append(first, attributesOf(p.process(t, copyOf(td))))
			}
			require.Equal(t, genai.StatusDuplicate, first[1][genai.CostStatus])
			for i, td := range tc.spans {
				require.Equal(t, first[i], attributesOf(p.process(t, copyOf(td))))
			}
			metadatatest.AssertEqualLlmcostUncountedCost(t, told, []metricdata.DataPoint[float64]{{Value: tc.uncounted}}, metricdatatest.IgnoreTimestamp())
		})
	}
}

func named(name string, td ptrace.Traces) ptrace.Traces {
	td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetName(name)
	return td
}
