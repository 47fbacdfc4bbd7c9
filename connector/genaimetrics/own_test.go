package genaimetrics

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-llm/otelcol-llm/connector/genaimetrics/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// ownCounters are the values of the connector's own counters, by name and the metric that they are of.
func ownCounters(t *testing.T, tt *componenttest.Telemetry) map[string]int64 {
	var rm metricdata.ResourceMetrics
	require.NoError(t, tt.Reader.Collect(context.Background(), &rm))
	all := map[string]int64{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				continue
			}
			for _, p := range sum.DataPoints {
				of, _ := p.Attributes.Value("metric")
				all[m.Name+" "+of.AsString()] = p.Value
			}
		}
	}
	return all
}

// The first overflow or redelivery must be an increase, so what can be counted is there from the start.
func TestOwnCountersBeginAtZero(t *testing.T) {
	tt := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tt.Shutdown(context.Background())) })
	set := connector.Settings{
		ID: component.NewID(metadata.Type), TelemetrySettings: tt.NewTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo(),
	}
	c := newGenAIMetrics(set, createDefaultConfig().(*Config), new(consumertest.MetricsSink))
	require.NoError(t, c.Start(context.Background(), componenttest.NewNopHost()))
	want := map[string]int64{}
	for _, name := range []string{"redelivered", "forgotten", "skewed", "truncated", "rejected"} {
		want["otelcol_genaimetrics_"+name+" "] = 0
	}
	for i := range families {
		if families[i].enabledBy([]string{namingSemconv}) {
			want["otelcol_genaimetrics_overflowed "+families[i].name] = 0
			want["otelcol_genaimetrics_expired "+families[i].name] = 0
		}
	}
	require.Equal(t, want, ownCounters(t, tt))

	td := one("a", call(nil))
	require.NoError(t, c.ConsumeTraces(context.Background(), td))
	require.NoError(t, c.ConsumeTraces(context.Background(), td))
	require.NoError(t, c.Shutdown(context.Background()))
	want["otelcol_genaimetrics_redelivered "] = 1
	require.Equal(t, want, ownCounters(t, tt))
	require.NotContains(t, want, "otelcol_genaimetrics_expired "+genai.LangchainCalls, "which is not emitted")
}
