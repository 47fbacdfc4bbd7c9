package genaimetrics

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// Two configurations may feed one exporter, which tells series apart by their attributes only. The usual one alone says nothing of itself.
func TestPointsNameTheirComponent(t *testing.T) {
	for name, want := range map[string]string{"": "", "edge": "genaimetrics/edge"} {
		sink := new(consumertest.MetricsSink)
		cfg := createDefaultConfig().(*Config)
		cfg.SeriesLimit = 1
		set := connectortest.NewNopSettings(metadata.Type)
		set.ID = component.NewIDWithName(metadata.Type, name)
		c := newGenAIMetrics(set, cfg, sink)
		require.NoError(t, c.Start(context.Background(), componenttest.NewNopHost()))
		require.NoError(t, c.ConsumeTraces(context.Background(), one("a", call(nil))))
		require.NoError(t, c.ConsumeTraces(context.Background(), one("in overflow", call(nil))))
		require.NoError(t, c.Shutdown(context.Background()))
		require.Len(t, sink.AllMetrics(), 1)
		eachPoint(sink.AllMetrics()[0], func(m pmetric.Metric, attrs pcommon.Map, _ any) {
			require.Equal(t, want, genai.TextOf(attrs, genai.AttrComponentID), m.Name())
		})
		require.Equal(t, 2, seriesIn(sink.AllMetrics()[0], genai.MetricCalls))
	}
}
