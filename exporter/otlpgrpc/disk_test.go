package otlpgrpc

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/ptrace"
	stored "go.opentelemetry.io/collector/pdata/xpdata/request"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/cut"
	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

// host has a storage extension.
type host struct {
	component.Host
	storage component.Component
}

var fileStorage = component.MustNewID("file_storage")

func (h host) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{fileStorage: h.storage}
}

func newHost(t *testing.T, dir string) host {
	t.Helper()
	f := filestorage.NewFactory()
	cfg := f.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = dir
	e, err := f.Create(t.Context(), extensiontest.NewNopSettings(f.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	return host{componenttest.NewNopHost(), e}
}

// What a gateway leaves on disk the next one sends, whichever of the two exporters it had.
func TestDisk(t *testing.T) {
	for name, factories := range map[string][2]exporter.Factory{
		"ours":             {NewFactory(), NewFactory()},
		"core's, and ours": {core, NewFactory()},
		"ours, and core's": {NewFactory(), core},
	} {
		for _, batch := range []map[string]any{nil, {"flush_timeout": "1ms", "sizer": "bytes", "min_size": 1, "max_size": 2000}} {
			b, dir := newBackend(t), t.TempDir()
			loses := batch != nil && name != "ours" // core loses what is too large for its batch, and what is behind it
			queue := map[string]any{"storage": "file_storage"}
			if batch != nil {
				queue["batch"] = batch
			}
			cfg := conf(t, b, map[string]any{"sending_queue": queue, "retry_on_failure": map[string]any{"initial_interval": "1m"}})
			answers := []error{status.Error(codes.Unavailable, "later"), nil}
			for i, f := range factories {
				b.answers(answers[i], 0)
				h := newHost(t, dir)
				set := exportertest.NewNopSettings(f.Type())
				set.ID = component.NewID(f.Type()) // by which the queue is found again
				e := create3(t, f, set, cfg)
				e.start(t, h)
				if i == 0 {
					require.NoError(t, e.ConsumeTraces(t.Context(), spansOf(100, 5000, 100)))
					require.NoError(t, e.ConsumeMetrics(t.Context(), pointsOf(5)))
					require.NoError(t, e.ConsumeLogs(t.Context(), recordsOf(7)))
					require.Eventually(t, func() bool { return b.called() >= 3 }, patience, time.Millisecond)
				} else {
					require.Eventually(t, func() bool {
						b.mu.Lock()
						defer b.mu.Unlock()
						return b.metrics.DataPointCount() == 5 && b.logs.LogRecordCount() == 7 && (loses || b.traces.SpanCount() == 3)
					}, patience, time.Millisecond, name)
				}
				e.end(t)
				require.NoError(t, h.storage.Shutdown(t.Context()))
			}
		}
	}
}

func diskOf(lost *int) disk[ptrace.Traces] {
	return disk[ptrace.Traces]{signal: &traces, limit: limit{size: 1000, bytes: true}, log: zap.NewNop(), lost: func() { *lost++ }}
}

// The context comes back with the data: the span that it belongs to, and what the client told of itself.
func TestContextOnDisk(t *testing.T) {
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	info := client.Info{
		Addr:     &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7},
		Metadata: client.NewMetadata(map[string][]string{"tenant": {"one"}}),
	}
	ctx := client.NewContext(trace.ContextWithSpanContext(t.Context(), span), info)
	var lost int
	d := diskOf(&lost)
	r, err := traces.request(spansOf(10, 2000, 20), d.limit)
	require.NoError(t, err)
	require.Len(t, r.pieces, 3)
	data, err := d.Marshal(ctx, r)
	require.NoError(t, err)

	got, again, err := d.Unmarshal(data)
	require.NoError(t, err)
	require.Equal(t, r, again)
	require.Equal(t, span, trace.SpanContextFromContext(got))
	require.Equal(t, info, client.FromContext(got))

	_, td, err := stored.UnmarshalTraces(data)
	require.NoError(t, err)
	require.Equal(t, spansOf(10, 2000, 20), td)
	require.Zero(t, lost)
}

// What the core exporter stored, or this one when more fitted in a request, is not lost where it would be refused to a sender.
func TestLargeResourceOnDisk(t *testing.T) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("text", strings.Repeat("x", 1<<20))
	for range 300 {
		rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("call")
	}
	small := limit{size: 1<<20 + 50, bytes: true}
	_, err := traces.request(td, small)
	require.ErrorIs(t, err, cut.ErrGrows)

	data, err := stored.MarshalTraces(t.Context(), td)
	require.NoError(t, err)
	var lost int
	d := diskOf(&lost)
	d.limit = small
	_, r, err := d.Unmarshal(data)
	require.NoError(t, err)
	require.Zero(t, lost)
	require.Equal(t, 300, r.ItemsCount())
	require.Len(t, r.(*request).pieces, 1)
}

// What an older Collector stored has no context.
func TestWithoutContextOnDisk(t *testing.T) {
	var lost int
	data, err := traces.encode(spansOf(10, 20))
	require.NoError(t, err)
	_, r, err := diskOf(&lost).Unmarshal(data)
	require.NoError(t, err)
	require.Equal(t, 2, r.ItemsCount())
}

// What cannot be read is in the log and counted: the queue would be silent.
func TestUnreadableOnDisk(t *testing.T) {
	telemetry := componenttest.NewTelemetry()
	set := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: telemetry.NewTelemetrySettings()}
	b := newBackend(t)
	s, err := newSender(set, conf(t, b, nil), &traces)
	require.NoError(t, err)
	good, err := s.disk().Marshal(t.Context(), newRequest())
	require.NoError(t, err)
	for i, data := range [][]byte{[]byte("nonsense"), append(good, 0x1a, 0x70)} {
		_, r, err := s.disk().Unmarshal(data)
		require.Error(t, err)
		require.Nil(t, r)
		require.Equal(t, map[string]int64{"span": int64(i + 1)}, byItem(t, telemetry, "otelcol_otlp_grpc_unreadable"))
	}
	_, err = s.disk().Marshal(context.Background(), nil)
	require.Error(t, err)
	require.NoError(t, telemetry.Shutdown(context.WithoutCancel(t.Context())))
}

// FuzzDisk: whatever is on the disk is an error, or a request that is stored and read as it is.
func FuzzDisk(f *testing.F) {
	var lost int
	d := diskOf(&lost)
	for _, td := range []ptrace.Traces{spansOf(), spansOf(1), spansOf(1, 3000, 2)} {
		plain, err := traces.encode(td)
		require.NoError(f, err)
		f.Add(plain)
		full, err := stored.MarshalTraces(f.Context(), td)
		require.NoError(f, err)
		f.Add(full)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, r, err := d.Unmarshal(data)
		if err != nil {
			return
		}
		out, err := d.Marshal(ctx, r)
		require.NoError(t, err)
		_, again, err := d.Unmarshal(out)
		require.NoError(t, err)
		require.Equal(t, r.ItemsCount(), again.ItemsCount())
		require.Equal(t, r.BytesSize(), again.BytesSize())
	})
}
