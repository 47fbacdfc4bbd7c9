package otlpgrpc

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

const patience = 30 * time.Second

// conf is a configuration for the backend; each key that is given replaces a default of the tests.
func conf(t *testing.T, b *backend, keys map[string]any) *Config {
	t.Helper()
	all := map[string]any{
		"endpoint": b.address, "tls": map[string]any{"insecure": true},
		"sending_queue": map[string]any{"enabled": false}, "retry_on_failure": map[string]any{"enabled": false},
	}
	maps.Copy(all, keys)
	cfg := NewFactory().CreateDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(all).Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	return cfg
}

// batched is a queue that sends what it has when it ends, or when one request is full.
func batched(size int) map[string]any {
	return map[string]any{"sending_queue": map[string]any{
		"sizer": "bytes", "queue_size": 1 << 30, "batch": map[string]any{"flush_timeout": "10m", "min_size": size, "max_size": size},
	}}
}

// all are the exporters of one factory, one for each signal.
type all struct {
	exporter.Traces
	exporter.Metrics
	exporter.Logs
}

func create3(t *testing.T, f exporter.Factory, set exporter.Settings, cfg component.Config) (e all) {
	t.Helper()
	if own, ok := cfg.(*Config); ok && f == exporter.Factory(core) {
		cfg = &own.Config
	}
	var err error
	e.Traces, err = f.CreateTraces(t.Context(), set, cfg)
	require.NoError(t, err)
	e.Metrics, err = f.CreateMetrics(t.Context(), set, cfg)
	require.NoError(t, err)
	e.Logs, err = f.CreateLogs(t.Context(), set, cfg)
	require.NoError(t, err)
	return e
}

func (e all) each(do func(component.Component)) {
	do(e.Traces)
	do(e.Metrics)
	do(e.Logs)
}

func (e all) start(t *testing.T, host component.Host) {
	t.Helper()
	e.each(func(c component.Component) { require.NoError(t, c.Start(t.Context(), host)) })
}

// end sends what is queued.
func (e all) end(t *testing.T) {
	t.Helper()
	e.each(func(c component.Component) { require.NoError(t, c.Shutdown(context.WithoutCancel(t.Context()))) })
}

func nop() exporter.Settings { return exportertest.NewNopSettings(metadata.Type) }

// run starts exporters of ours.
func run(t *testing.T, cfg *Config) all {
	t.Helper()
	e := create3(t, NewFactory(), nop(), cfg)
	e.start(t, componenttest.NewNopHost())
	return e
}

// None changes what it is given, also with a batch: so nothing is copied for it.
func TestReadOnly(t *testing.T) {
	b := newBackend(t)
	e := run(t, conf(t, b, batched(1000)))
	require.False(t, e.Traces.Capabilities().MutatesData)
	require.False(t, e.Metrics.Capabilities().MutatesData)
	require.False(t, e.Logs.Capabilities().MutatesData)
	td, md, ld := spansOf(10, 2000, 500, 700), pointsOf(100), recordsOf(100)
	td.MarkReadOnly()
	md.MarkReadOnly()
	ld.MarkReadOnly()
	for range 3 {
		require.NoError(t, e.ConsumeTraces(t.Context(), td))
		require.NoError(t, e.ConsumeMetrics(t.Context(), md))
		require.NoError(t, e.ConsumeLogs(t.Context(), ld))
	}
	e.end(t)
	require.Equal(t, 12, b.traces.SpanCount())
	require.Equal(t, 300, b.metrics.DataPointCount())
	require.Equal(t, 300, b.logs.LogRecordCount())
}

// A span that is larger than a request may be goes alone, and takes no other with it.
func TestTooLarge(t *testing.T) {
	b := newBackend(t)
	e := run(t, conf(t, b, batched(1000)))
	require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(100, 5000, 100, 100)))
	e.end(t)
	slices.Sort(b.items)
	require.Equal(t, []int{1, 1, 2}, b.items)
}

// Without a queue the sender is told what the backend says.
func TestWithoutQueue(t *testing.T) {
	b := newBackend(t)
	e := run(t, conf(t, b, nil))
	require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(1)))
	b.answers(status.Error(codes.InvalidArgument, "no"), 0)
	err := e.ConsumeTraces(t.Context(), spansOf(1))
	require.ErrorContains(t, err, "no")
	require.True(t, consumererror.IsPermanent(err))
	b.answers(status.Error(codes.Unavailable, "later"), 0)
	err = e.ConsumeLogs(t.Context(), recordsOf(1))
	require.ErrorContains(t, err, "later")
	require.False(t, consumererror.IsPermanent(err))
	e.end(t)
	require.Equal(t, 1, b.spans())
}

// What fails for now is sent again, and once only when it got through.
func TestRetry(t *testing.T) {
	b := newBackend(t)
	b.answers(status.Error(codes.Unavailable, "later"), 0)
	e := run(t, conf(t, b, map[string]any{
		"sending_queue":    map[string]any{"batch": map[string]any{"flush_timeout": "1ms"}},
		"retry_on_failure": map[string]any{"initial_interval": "1ms", "max_interval": "10ms"},
	}))
	require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(1, 2, 3)))
	require.Eventually(t, func() bool { return b.called() > 2 }, patience, time.Millisecond)
	b.answers(nil, 0)
	require.Eventually(t, func() bool { return b.spans() > 0 }, patience, time.Millisecond)
	e.end(t)
	require.Equal(t, 3, b.spans())
}

// Headers, the program's name and the content type are those of the core exporter, in every compression.
func TestCalls(t *testing.T) {
	for _, compression := range []string{"gzip", "zstd", "snappy", "none"} {
		b := newBackend(t)
		cfg := conf(t, b, map[string]any{"compression": compression, "headers": map[string]any{"tenant": "one"}})
		for _, f := range []exporter.Factory{core, NewFactory()} {
			set := exportertest.NewNopSettings(f.Type())
			set.BuildInfo = component.BuildInfo{Description: "a gateway", Version: "1"}
			e := create3(t, f, set, cfg)
			e.start(t, componenttest.NewNopHost())
			require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(1000)))
			e.end(t)
		}
		require.Len(t, b.calls, 2)
		require.Equal(t, b.calls[0], b.calls[1], compression)
		require.Equal(t, 2, b.spans())
		require.Equal(t, []string{"application/grpc"}, b.calls[1]["content-type"])
	}
}

// What a backend takes in part is counted and in the log.
func TestPartialSuccess(t *testing.T) {
	b := newBackend(t)
	b.answers(nil, 2)
	telemetry := componenttest.NewTelemetry()
	core, lines := observer.New(zapcore.WarnLevel)
	set := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: telemetry.NewTelemetrySettings()}
	set.Logger = zap.New(core)
	e := create3(t, NewFactory(), set, conf(t, b, nil))
	e.start(t, componenttest.NewNopHost())
	require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(1, 2, 3)))
	require.NoError(t, e.ConsumeMetrics(t.Context(), pointsOf(3)))
	require.NoError(t, e.ConsumeLogs(t.Context(), recordsOf(3)))
	require.NoError(t, e.ConsumeLogs(t.Context(), recordsOf(3)))
	require.Equal(t, map[string]int64{"span": 2, "data_point": 2, "log_record": 4}, byItem(t, telemetry, "otelcol_otlp_grpc_rejected"))
	require.Equal(t, 4, lines.Len())
	require.Equal(t, because, lines.All()[0].ContextMap()["message"])
	e.end(t)
	require.NoError(t, telemetry.Shutdown(t.Context()))
}

// A backend that says it rejected less than nothing is in the log, and the counter does not fall.
func TestPartialSuccessBelowZero(t *testing.T) {
	telemetry := componenttest.NewTelemetry()
	core, lines := observer.New(zapcore.WarnLevel)
	set := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: telemetry.NewTelemetrySettings()}
	set.Logger = zap.New(core)
	s, err := newSender(set, conf(t, newBackend(t), nil), &traces)
	require.NoError(t, err)
	for _, n := range []int64{3, -2} {
		resp := ptraceotlp.NewExportResponse()
		resp.PartialSuccess().SetRejectedSpans(n)
		answer, err := resp.MarshalProto()
		require.NoError(t, err)
		s.read(t.Context(), answer)
		require.Equal(t, map[string]int64{"span": 3}, byItem(t, telemetry, "otelcol_otlp_grpc_rejected"))
	}
	require.Equal(t, 2, lines.Len())
	require.NoError(t, telemetry.Shutdown(t.Context()))
}

// Each of many senders' spans arrives once.
func TestManySenders(t *testing.T) {
	b := newBackend(t)
	e := run(t, conf(t, b, batched(4000)))
	const senders, requests = 64, 20
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for i := range requests {
				if err := e.ConsumeTraces(context.Background(), spansOf(i, 200+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	e.end(t)
	require.Equal(t, senders*requests*2, b.traces.SpanCount())
}

// A queue that ends when the backend is away says so, and does not wait.
func TestEndWithoutBackend(t *testing.T) {
	b := newBackend(t)
	b.answers(status.Error(codes.Unavailable, "away"), 0)
	cfg := batched(1 << 20)
	cfg["retry_on_failure"] = map[string]any{"initial_interval": "1h"}
	e := run(t, conf(t, b, cfg))
	require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(1)))
	e.end(t)
	require.Equal(t, 1, b.called())
	require.Zero(t, b.spans())
}

// Nothing is sent before the start.
func TestNotStarted(t *testing.T) {
	e := create3(t, NewFactory(), nop(), conf(t, newBackend(t), nil))
	require.Error(t, e.ConsumeTraces(t.Context(), spansOf(1)))
	require.Error(t, e.ConsumeMetrics(t.Context(), pmetric.NewMetrics()))
	require.Error(t, e.ConsumeLogs(t.Context(), plog.NewLogs()))
}

// What is not ours is an error and no panic.
func TestForeign(t *testing.T) {
	_, err := newRequest().MergeSplit(t.Context(), 0, limitBytes, nil)
	require.NoError(t, err)
	_, err = rawCodec{}.Marshal(ptrace.NewTraces())
	require.Error(t, err)
	require.Error(t, rawCodec{}.Unmarshal(nil, errors.New("")))
}
