package otlpgrpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configcompression"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/xexporter"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

// older is a backend without zstd. Every program with the core exporter in it registers one with gRPC, so it speaks HTTP/2 itself.
type older struct {
	address string
	refuses func(http.ResponseWriter) // a message that it does not read

	mu        sync.Mutex
	encodings []string
	spans     int
}

func newOlder(t *testing.T, refuses func(http.ResponseWriter)) *older {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o := &older{address: listener.Addr().String(), refuses: refuses}
	server := &http.Server{Handler: o, Protocols: new(http.Protocols), ReadHeaderTimeout: time.Minute}
	server.Protocols.SetUnencryptedHTTP2(true)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		<-ended
	})
	return o
}

func (o *older) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	encoding := r.Header.Get("Grpc-Encoding")
	o.mu.Lock()
	defer o.mu.Unlock()
	o.encodings = append(o.encodings, encoding)
	if encoding != "gzip" {
		o.refuses(w)
		return
	}
	spans, err := spansOfMessage(r.Body)
	if err != nil {
		answers(w, "13", "")
		return
	}
	o.spans += spans
	answers(w, "0", "\x00\x00\x00\x00\x00")
}

// answers is an answer of gRPC in HTTP/2.
func answers(w http.ResponseWriter, code, message string) {
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	_, _ = io.WriteString(w, message)
	w.Header().Set("Grpc-Status", code)
}

func spansOfMessage(body io.Reader) (int, error) {
	all, err := io.ReadAll(body)
	if err != nil || len(all) < 5 || int(binary.BigEndian.Uint32(all[1:5])) != len(all)-5 {
		return 0, errors.Join(errors.New("no message"), err)
	}
	z, err := gzip.NewReader(bytes.NewReader(all[5:]))
	if err != nil {
		return 0, err
	}
	if all, err = io.ReadAll(z); err != nil {
		return 0, err
	}
	request := ptraceotlp.NewExportRequest()
	err = request.UnmarshalProto(all)
	return request.Traces().SpanCount(), err
}

func (o *older) got() (encodings []string, spans int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.encodings, o.spans
}

func autoConf(t *testing.T, address string) *Config {
	t.Helper()
	return conf(t, &backend{address: address}, map[string]any{"compression": "auto"})
}

// A backend that does not read zstd loses nothing by auto, whichever way it says so, and is asked once.
func TestAutoFallsBack(t *testing.T) {
	for name, code := range map[string]string{"unimplemented": "12", "internal": "13"} {
		t.Run(name, func(t *testing.T) {
			telemetry := componenttest.NewTelemetry()
			defer func() { require.NoError(t, telemetry.Shutdown(context.WithoutCancel(t.Context()))) }()
			b := newOlder(t, func(w http.ResponseWriter) { answers(w, code, "") })
			set := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: telemetry.NewTelemetrySettings()}
			e := create3(t, NewFactory(), set, autoConf(t, b.address))
			e.start(t, componenttest.NewNopHost())
			for range 3 {
				require.NoError(t, e.Traces.ConsumeTraces(t.Context(), spansOf(10)))
			}
			encodings, spans := b.got()
			require.Equal(t, []string{"zstd", "gzip", "gzip", "gzip"}, encodings)
			require.Equal(t, 3, spans)
			require.Equal(t, map[string]int64{"span": 1, "data_point": 0, "log_record": 0}, byItem(t, telemetry, "otelcol_otlp_grpc_recompressed"))
			e.end(t)
		})
	}
}

// A server, or what stands before it, that only fails where it should say that it does not read a message stops nothing either.
func TestAutoWithoutAnswer(t *testing.T) {
	b := newOlder(t, func(w http.ResponseWriter) { answers(w, "14", "") }) // as if it were away
	e := run(t, autoConf(t, b.address))
	sent := 0
	for range 12 {
		if e.Traces.ConsumeTraces(t.Context(), spansOf(10)) == nil {
			sent++
		}
	}
	encodings, spans := b.got()
	require.Equal(t, sent, spans)
	require.Equal(t, 12-mostDoubts, sent, "%q", encodings)
	e.end(t)
}

func TestAutoIsRead(t *testing.T) {
	b := newBackend(t)
	e := run(t, autoConf(t, b.address))
	require.NoError(t, e.Traces.ConsumeTraces(t.Context(), spansOf(1000)))
	require.NoError(t, e.Metrics.ConsumeMetrics(t.Context(), pointsOf(3)))
	require.NoError(t, e.Logs.ConsumeLogs(t.Context(), recordsOf(3)))
	require.Equal(t, 1, b.spans())
	require.Equal(t, []string{"zstd", "zstd", "zstd"}, b.encodings)
	e.end(t)
}

// What is known of a backend: it is asked again after an hour, and what is no answer to the compression is no doubt as long as it is read.
func TestCompression(t *testing.T) {
	now := time.Unix(0, 0)
	c := &compression{}
	away, unread := status.Error(codes.Unavailable, "away"), status.Error(codes.Unimplemented, "zstd")
	for range 10 * mostDoubts { // a backend that is away now and then
		require.True(t, c.prefers(now))
		require.False(t, c.told(true, nil, now))
		require.False(t, c.told(true, away, now))
		require.False(t, c.prefers(now))
		require.False(t, c.told(false, away, now))
		require.False(t, c.prefers(now))
		require.False(t, c.told(false, nil, now))
	}
	require.True(t, c.prefers(now))
	require.True(t, c.told(true, unread, now))
	require.False(t, c.told(false, nil, now))
	require.False(t, c.prefers(now.Add(fallbackFor-1)))
	require.True(t, c.prefers(now.Add(fallbackFor)))
}

// auto is a word of ours; all else is the core exporter's, its errors too.
func TestAutoInConfig(t *testing.T) {
	cfg := autoConf(t, "127.0.0.1:4317")
	require.Equal(t, auto, cfg.ClientConfig.Compression)
	require.Equal(t, configcompression.TypeGzip, NewFactory().CreateDefaultConfig().(*Config).ClientConfig.Compression)
	err := confmap.NewFromStringMap(map[string]any{"compression": "automatic", "nothing": 1}).Unmarshal(NewFactory().CreateDefaultConfig())
	require.ErrorContains(t, err, "automatic")
	require.ErrorContains(t, err, "nothing")
}

// Profiles go through the core exporter, which does not know auto.
func TestAutoProfiles(t *testing.T) {
	e, err := NewFactory().(xexporter.Factory).CreateProfiles(t.Context(), nop(), autoConf(t, newBackend(t).address))
	require.NoError(t, err)
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	require.NoError(t, e.Shutdown(t.Context()))
}
