package bench

import (
	"os"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/processor/transformprocessor"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.yaml.in/yaml/v3"
)

// The peer must really price the calls, or the comparison is with nothing.
func TestOTTLPricesCalls(t *testing.T) {
	b, err := CallsOnly(256, FourModels)
	require.NoError(t, err)
	for name, text := range map[string]string{"plain": OTTL(FourModels), "guarded": GuardedOTTL(FourModels)} {
		t.Run(name, func(t *testing.T) {
			sink := new(consumertest.TracesSink)
			p, err := StartProcessor(transformprocessor.NewFactory(), text, sink)
			require.NoError(t, err)
			require.NoError(t, p.ConsumeTraces(t.Context(), b.Fresh()))
			require.NoError(t, p.Shutdown(t.Context()))
			for _, span := range SpansOf(sink.AllTraces()[0]) {
				cost, ok := span.Attributes().Get("llm.cost.total")
				require.True(t, ok)
				require.Positive(t, cost.Double())
			}
		})
	}
}

// The configuration that is compared with prices calls by the same statements.
func TestContribConfiguration(t *testing.T) {
	text, err := os.ReadFile(contribConfig)
	require.NoError(t, err)
	var got, want map[string]any
	require.NoError(t, yaml.Unmarshal(text, &got))
	require.NoError(t, yaml.Unmarshal([]byte(GuardedOTTL(FourModels)), &want))
	require.Equal(t, want, got["processors"].(map[string]any)["transform"])
	require.Equal(t, spanMetricsOf(t, spanMetrics), got["connectors"].(map[string]any)["spanmetrics"])
}

func spanMetricsOf(t *testing.T, text string) (conf map[string]any) {
	t.Helper()
	require.NoError(t, yaml.Unmarshal([]byte(text), &conf))
	return conf
}
