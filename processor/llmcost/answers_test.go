package llmcost

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// textOf has every attribute, in the order of their names.
func textOf(set attribute.Set) string {
	text := ""
	for _, kv := range set.ToSlice() {
		text += string(kv.Key) + "=" + kv.Value.AsString() + " "
	}
	return text
}

// ownCounters are the values of the processor's own counters, by name and attributes.
func ownCounters(t *testing.T, tt *componenttest.Telemetry) map[string]float64 {
	var rm metricdata.ResourceMetrics
	require.NoError(t, tt.Reader.Collect(context.Background(), &rm))
	all := map[string]float64{}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			if !strings.HasPrefix(m.Name, "otelcol_llmcost_") {
				continue
			}
			switch sum := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range sum.DataPoints {
					all[m.Name+" "+textOf(p.Attributes)] = float64(p.Value)
				}
			case metricdata.Sum[float64]:
				for _, p := range sum.DataPoints {
					all[m.Name+" "+textOf(p.Attributes)] = p.Value
				}
			}
		}
	}
	return all
}

// The first unpriced call must be an increase, so every answer that can be given is there from the start, and no span of any client is
// given another.
func TestOwnCountersBeginAtZero(t *testing.T) {
	tt := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tt.Shutdown(context.Background())) })
	cfg := createDefaultConfig().(*Config)
	cfg.Prices.File = filepath.Join(t.TempDir(), "prices.yaml")
	require.NoError(t, os.WriteFile(cfg.Prices.File, []byte("[]"), 0o600))
	set := settings()
	set.TelemetrySettings = tt.NewTelemetrySettings()
	p, err := NewFactory().CreateTraces(context.Background(), set, cfg, new(consumertest.TracesSink))
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	begun := ownCounters(t, tt)
	for name, value := range begun {
		require.Zero(t, value, name)
	}
	for _, name := range []string{
		"otelcol_llmcost_spans reason=unknown_model status=unpriced ", "otelcol_llmcost_spans reason= status=priced ",
		"otelcol_llmcost_price_file_reloads result=ok ", "otelcol_llmcost_price_file_reloads result=error ",
		"otelcol_llmcost_dedupe_evictions ", "otelcol_llmcost_uncounted_cost ",
	} {
		require.Contains(t, begun, name)
	}

	for client := range truths(t) {
		require.NoError(t, p.ConsumeTraces(context.Background(), capture(t, client)))
	}
	require.NoError(t, p.ConsumeTraces(context.Background(), chat(map[string]any{genai.RequestModel: "no-such-model"})))
	agents := chat(nil)
	agents.ResourceSpans().At(0).ScopeSpans().At(0).Scope().SetName("cline") // of which logs count
	require.NoError(t, p.ConsumeTraces(context.Background(), agents))
	ended := ownCounters(t, tt)
	require.NoError(t, p.Shutdown(context.Background()))
	require.Equal(t, slices.Sorted(maps.Keys(begun)), slices.Sorted(maps.Keys(ended)))
	require.Positive(t, ended["otelcol_llmcost_spans reason= status=priced "])
	require.EqualValues(t, 1, ended["otelcol_llmcost_spans reason=other_signal status=duplicate "])
}
