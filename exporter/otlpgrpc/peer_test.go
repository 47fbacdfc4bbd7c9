package otlpgrpc

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// captures are what clients really sent.
func captures(t *testing.T) (all []ptrace.Traces) {
	t.Helper()
	files, err := filepath.Glob("../../internal/dialect/testdata/captures/*.json")
	require.NoError(t, err)
	for _, file := range files {
		if filepath.Base(file) == "TRUTH.json" {
			continue
		}
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		td, err := new(ptrace.JSONUnmarshaler).UnmarshalTraces(body)
		require.NoError(t, err, file)
		all = append(all, td)
	}
	require.Len(t, all, 23)
	return all
}

// sent is what the backend has of everything, after an exporter of the factory got it.
func sent(t *testing.T, f exporter.Factory, keys map[string]any) *backend {
	t.Helper()
	b := newBackend(t)
	e := create3(t, f, exportertest.NewNopSettings(f.Type()), conf(t, b, keys))
	e.start(t, componenttest.NewNopHost())
	for _, td := range captures(t) {
		require.NoError(t, e.ConsumeTraces(t.Context(), td))
	}
	for _, n := range []int{1, 7, 300} {
		require.NoError(t, e.ConsumeMetrics(t.Context(), pointsOf(n)))
		require.NoError(t, e.ConsumeLogs(t.Context(), recordsOf(n)))
	}
	e.end(t)
	return b
}

// What the backend gets is what the core exporter sends, whole, merged, and cut; a cut repeats a resource, elsewhere.
func TestAsCore(t *testing.T) {
	for name, keys := range map[string]map[string]any{
		"whole":  nil,
		"merged": batched(100 << 20),
	} {
		want, got := sent(t, core, keys), sent(t, NewFactory(), keys)
		require.Equal(t, want.traces, got.traces, name)
		require.Equal(t, want.metrics, got.metrics, name)
		require.Equal(t, want.logs, got.logs, name)
		require.Equal(t, want.items, got.items, name)
	}
	whole := sent(t, core, nil)
	for name, keys := range map[string]map[string]any{
		"cut at bytes": batched(100_000),
		"cut at items": {"sending_queue": map[string]any{"batch": map[string]any{"flush_timeout": "10m", "min_size": 50, "max_size": 50}}},
	} {
		keys["sending_queue"].(map[string]any)["num_consumers"] = 1
		got := sent(t, NewFactory(), keys)
		require.Greater(t, len(got.items), 3, name) // more than one request for each signal
		require.ElementsMatch(t, flat(t, whole), flat(t, got), name)
	}
}

// flat is all items with their resource and scope, one by one.
func flat(t *testing.T, b *backend) (all []string) {
	t.Helper()
	single := limit{size: 1}
	add := func(r *request, err error) {
		require.NoError(t, err)
		for _, p := range r.pieces {
			all = append(all, string(p.Data))
		}
	}
	add(traces.request(b.traces, single))
	add(metrics.request(b.metrics, single))
	add(logs.request(b.logs, single))
	return all
}

// TestMetricsAsCore: what the Collector counts for an exporter has the same names and attributes.
func TestMetricsAsCore(t *testing.T) {
	b := newBackend(t)
	b.answers(status.Error(codes.Unavailable, "later"), 0)
	require.Equal(t, counted(t, b, core), counted(t, b, NewFactory()))
}

// counted is the value of every metric of the helper, by its name and attributes.
func counted(t *testing.T, b *backend, f exporter.Factory) map[string]int64 {
	t.Helper()
	telemetry := componenttest.NewTelemetry()
	e := create3(t, f, exporter.Settings{ID: component.MustNewIDWithName("otlp_grpc", "x"), TelemetrySettings: telemetry.NewTelemetrySettings()},
		conf(t, b, map[string]any{"sending_queue": map[string]any{"sizer": "bytes", "queue_size": 1000, "wait_for_result": true}}))
	e.start(t, componenttest.NewNopHost())
	require.Error(t, e.ConsumeTraces(t.Context(), spansOf(1, 2)))
	require.Error(t, e.ConsumeTraces(t.Context(), spansOf(2000)))
	require.Error(t, e.ConsumeMetrics(t.Context(), pointsOf(3)))
	require.Error(t, e.ConsumeLogs(t.Context(), recordsOf(4)))
	var data metricdata.ResourceMetrics
	require.NoError(t, telemetry.Reader.Collect(t.Context(), &data))
	e.end(t)
	require.NoError(t, telemetry.Shutdown(context.WithoutCancel(t.Context())))

	all := map[string]int64{}
	for _, sm := range data.ScopeMetrics {
		if sm.Scope.Name != helperScope {
			continue
		}
		for _, m := range sm.Metrics {
			points, _ := reflect.ValueOf(m.Data).FieldByName("DataPoints").Interface().([]metricdata.DataPoint[int64])
			for _, p := range points {
				all[m.Name+p.Attributes.Encoded(attribute.DefaultEncoder())] = p.Value
			}
		}
	}
	require.Len(t, all, 18)
	return all
}

const helperScope = "go.opentelemetry.io/collector/exporter/exporterhelper"

func byItem(t *testing.T, telemetry *componenttest.Telemetry, name string) map[string]int64 {
	t.Helper()
	m, err := telemetry.GetMetric(name)
	require.NoError(t, err)
	all := map[string]int64{}
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		item, _ := p.Attributes.Value("item")
		all[item.AsString()] += p.Value
	}
	return all
}
