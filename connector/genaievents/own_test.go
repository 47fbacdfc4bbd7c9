package genaievents

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-llm/otelcol-llm/connector/genaievents/internal/metadata"
	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// ownCounters are the values of the connector's own counters, by name and event.
func ownCounters(t *testing.T, tt *componenttest.Telemetry) map[string]int64 {
	var rm metricdata.ResourceMetrics
	require.NoError(t, tt.Reader.Collect(context.Background(), &rm))
	all := map[string]int64{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			if sum, ok := m.Data.(metricdata.Sum[int64]); ok {
				for _, p := range sum.DataPoints {
					of, _ := p.Attributes.Value("event")
					all[m.Name+" "+of.AsString()] = p.Value
				}
			}
		}
	}
	return all
}

// What can be counted is there from the start, so that its first value is an increase; and both connectors count as one.
func TestOwnCounters(t *testing.T) {
	tt := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tt.Shutdown(ctx)) })
	set := connector.Settings{
		ID: component.NewID(metadata.Type), TelemetrySettings: tt.NewTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo(),
	}
	cfg, sink := configured(t, "keep: {ok: 0}\nmax_value_bytes: 32"), new(consumertest.LogsSink)
	c, logs := newGenAIEvents(set, cfg, sink), newGenAIEvents(set, cfg, sink)
	for _, one := range []component.Component{c, logs} {
		require.NoError(t, one.Start(ctx, componenttest.NewNopHost()))
	}
	want := map[string]int64{}
	for _, name := range []string{"cut", "deduplicated", "forgotten"} {
		want["otelcol_genaievents_"+name+" "] = 0
	}
	for _, name := range eventNames {
		want["otelcol_genaievents_records "+name] = 0
		want["otelcol_genaievents_sampled_out "+name] = 0
	}
	require.Equal(t, want, ownCounters(t, tt))

	s := newSpans()
	s.add(t, noParent, callAttrs(genai.ErrorType, "a word that is longer than a text may be"))
	s.add(t, noParent, toolAttrs())
	for range 2 {
		require.NoError(t, c.ConsumeTraces(ctx, s.td))
	}
	for _, one := range []component.Component{c, logs} {
		require.NoError(t, one.Shutdown(ctx))
	}
	require.Error(t, c.ConsumeTraces(ctx, s.td), "after the end")
	want["otelcol_genaievents_records "+genai.EventCall] = 1
	want["otelcol_genaievents_records "+genai.EventApplicationError] = 1
	want["otelcol_genaievents_sampled_out "+genai.EventTool] = 1
	want["otelcol_genaievents_cut "] = 2
	want["otelcol_genaievents_deduplicated "] = 2
	require.Equal(t, want, ownCounters(t, tt))
}
