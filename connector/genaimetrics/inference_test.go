package genaimetrics

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// A call of 5 s whose first chunk came after 1 s: what came after it is told per token, where that can be known.
func TestTimePerOutputChunk(t *testing.T) {
	for name, c := range map[string]struct {
		attrs map[string]any
		want  float64 // 0 is none
	}{
		"streamed":              {nil, 0.2}, // 4 s for 20 tokens
		"with reasoning":        {map[string]any{genai.UsageReasoning: 10}, 0.2},
		"one token":             {map[string]any{genai.UsageOutput: 1}, 0},
		"no usage":              {map[string]any{genai.UsageInput: nil, genai.UsageOutput: nil}, 0},
		"not streamed":          {map[string]any{genai.FirstChunk: nil}, 0},
		"all in one chunk":      {map[string]any{genai.FirstChunk: 5.0}, 0},
		"first chunk too late":  {map[string]any{genai.FirstChunk: 7.0}, 0},
		"failed in the middle":  {map[string]any{genai.ErrorType: "boom"}, 0},
		"a token a nanosecond":  {map[string]any{genai.UsageOutput: int64(1e10)}, 1e-9},
		"guessed by the client": {map[string]any{genai.CostStatus: genai.StatusEstimated}, 0.2},
	} {
		t.Run(name, func(t *testing.T) {
			e := testEngine(t, func(c *Config) { c.Naming = []string{namingSemconv, namingGenAI01} })
			attrs := call(map[string]any{genai.UsageOutput: 21, genai.FirstChunk: 1.0})
			for k, v := range c.attrs {
				if attrs[k] = v; v == nil {
					delete(attrs, k)
				}
			}
			s := newSpans("a")
			s.add(attrs).SetEndTimestamp(pcommon.NewTimestampFromTime(t0.Add(5 * time.Second)))
			e.observeTraces(s.td, t0)
			md := e.exportAt(t0.Add(time.Second))
			got := map[string]float64{}
			eachPoint(md, func(m pmetric.Metric, _ pcommon.Map, p any) {
				if h, ok := p.(pmetric.ExponentialHistogramDataPoint); ok {
					got[m.Name()] = h.Sum()
				}
			})
			require.InDelta(t, c.want, got[genai.MetricTimePerChunk], 1e-12)
			require.InDelta(t, c.want, got[genai.MetricInferencePerChunk], 1e-12)
		})
	}
}

// What is counted under the new names is what is counted under the old ones.
func TestBothConventionsAgree(t *testing.T) {
	e := testEngine(t, func(c *Config) { c.Naming = []string{namingSemconv, namingGenAI01} })
	s := newSpans("a")
	for range 3 {
		s.add(call(map[string]any{genai.UsageCacheRead: 30, genai.UsageCacheWrite: 10, genai.UsageReasoning: 5}))
	}
	s.add(call(map[string]any{genai.OperationName: genai.OpEmbeddings, genai.UsageOutput: nil}))
	s.add(map[string]any{genai.OperationName: genai.OpInvokeAgent, genai.AgentName: "planner"})
	e.observeTraces(s.td, t0)
	md := e.exportAt(t0.Add(time.Second))
	for metric, want := range map[string]float64{
		genai.MetricInferenceInput: 300, genai.MetricInferenceOutput: 60, genai.MetricInferenceCacheRead: 90,
		genai.MetricInferenceCacheWrite: 30, genai.MetricInferenceReasoning: 15,
		genai.MetricInferenceDuration: 3, genai.MetricEmbeddingsDuration: 1, genai.MetricOperationDuration: 4,
		genai.MetricInferenceInputPerCall: 3, genai.MetricInferenceOutputPerCall: 3, genai.MetricEmbeddingsInputPerCall: 1,
		genai.MetricInvokeAgentDuration: 1, genai.MetricAgentDuration: 1,
	} {
		require.InDelta(t, want, value(md, metric), 0, metric)
	}
	require.EqualValues(t, 300, value(md, genai.MetricInferenceInput, genai.TokenModality, genai.TokenModalityUnknown))
}
