package llmcost

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-llm/otelcol-llm/internal/genai"
)

// statusHost keeps what the component reports of itself.
type statusHost struct {
	component.Host
	events chan componentstatus.Status
}

func (h *statusHost) Report(event *componentstatus.Event) { h.events <- event.Status() }

// A changed price file holds at once; a bad one changes nothing, is logged with its line and counted, and shows in the
// component's status.
func TestPriceFileIsReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prices.yaml")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write("- match: {equals: own}\n  prices: {input_mtok: 1, output_mtok: 0}\n")

	tel := componenttest.NewTelemetry()
	defer func() { require.NoError(t, tel.Shutdown(context.Background())) }()
	core, logs := observer.New(zap.InfoLevel)
	set := settings()
	set.TelemetrySettings = tel.NewTelemetrySettings()
	set.Logger = zap.New(core)
	cfg := createDefaultConfig().(*Config)
	cfg.Prices.File = file
	p := &running{sink: new(consumertest.TracesSink)}
	var err error
	p.Traces, err = NewFactory().CreateTraces(context.Background(), set, cfg, p.sink)
	require.NoError(t, err)
	host := &statusHost{componenttest.NewNopHost(), make(chan componentstatus.Status, 10)}
	require.NoError(t, p.Start(context.Background(), host))
	defer func() { require.NoError(t, p.Shutdown(context.Background())) }()

	cost := func() any {
		return attributesOf(p.process(t, chat(map[string]any{genai.RequestModel: "own"})))[genai.CostTotal]
	}
	reloads := func(result string) int64 {
		m, err := tel.GetMetric("otelcol_llmcost_price_file_reloads")
		if err != nil {
			return 0
		}
		n := int64(0)
		for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
			if v, _ := p.Attributes.Value("result"); v.AsString() == result {
				n += p.Value
			}
		}
		return n
	}
	eventually := func(done func() bool) { require.Eventually(t, done, 30*time.Second, 20*time.Millisecond) }

	require.InDelta(t, 0.001, cost(), 0)
	write("- match: {equals: own}\n  prices: {input_mtok: 25, output_mtok: 0}\n")
	eventually(func() bool { return reloads("ok") == 1 })
	require.InDelta(t, 0.025, cost(), 0)
	require.Equal(t, componentstatus.StatusOK, <-host.events)

	write("- match: {equals: own}\n  prices: {input_mtok: -100, output_mtok: 0}\n")
	eventually(func() bool { return reloads("error") == 1 })
	require.InDelta(t, 0.025, cost(), 0)
	require.Equal(t, componentstatus.StatusRecoverableError, <-host.events)
	said := logs.FilterLevelExact(zap.ErrorLevel).All()
	require.Len(t, said, 1)
	require.Contains(t, said[0].ContextMap()["error"], "prices.yaml:2")

	require.NoError(t, os.Remove(file))
	eventually(func() bool { return reloads("error") == 2 })
	require.InDelta(t, 0.025, cost(), 0)

	write("- match: {equals: own}\n  prices: {input_mtok: 3, output_mtok: 0}\n")
	eventually(func() bool { return reloads("ok") == 2 })
	require.InDelta(t, 0.003, cost(), 0)
}
