package intake

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/otelcol-llm/otelcol-llm/extension/intake/internal/metadata"
)

func newStarted(t *testing.T) (*intake, *componenttest.Telemetry) {
	t.Helper()
	telemetry := componenttest.NewTelemetry()
	t.Cleanup(func() { assert.NoError(t, telemetry.Shutdown(context.WithoutCancel(t.Context()))) })
	ext, err := NewFactory().Create(t.Context(),
		extension.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: telemetry.NewTelemetrySettings()}, createDefaultConfig())
	require.NoError(t, err)
	require.NoError(t, ext.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { assert.NoError(t, ext.Shutdown(context.WithoutCancel(t.Context()))) })
	return ext.(*intake), telemetry
}

// told is what was counted, without zeros, and how many counters there are.
func told(t *testing.T, telemetry *componenttest.Telemetry, protocol string) (counts map[string]int64, all int) {
	t.Helper()
	m, err := telemetry.GetMetric("otelcol_intake_requests")
	require.NoError(t, err)
	counts = map[string]int64{}
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		all++
		v, _ := p.Attributes.Value("protocol")
		if o, _ := p.Attributes.Value("outcome"); v.AsString() == protocol && p.Value > 0 {
			counts[o.AsString()] = p.Value
		}
	}
	return counts, all
}

func TestEveryCounterBeginsAtZero(t *testing.T) {
	_, telemetry := newStarted(t)
	counts, all := told(t, telemetry, "http")
	assert.Empty(t, counts)
	assert.Equal(t, int(protocols)*int(outcomes), all)
}

func TestHTTP(t *testing.T) {
	i, telemetry := newStarted(t)
	wrap, err := i.GetHTTPHandler(t.Context())
	require.NoError(t, err)
	h, err := wrap(t.Context(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest) // what the OTLP receiver answers
			return
		}
		switch r.URL.Path {
		case "/bad":
			w.WriteHeader(http.StatusBadRequest)
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	require.NoError(t, err)
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 10) // as the collector does before its middlewares
		h.ServeHTTP(w, r)
	})
	send := func(ctx context.Context, path, body string) {
		limited.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(body)))
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	send(t.Context(), "/", "small")
	send(t.Context(), "/", "larger than ten bytes")
	send(t.Context(), "/bad", "small")
	send(t.Context(), "/busy", "small")
	send(gone, "/busy", "small")
	send(gone, "/", "small")
	counts, _ := told(t, telemetry, "http")
	assert.Equal(t, map[string]int64{"accepted": 2, "too_large": 1, "rejected": 1, "busy": 1, "canceled": 1}, counts)
}

// answering is a server that gives one error after the other.
type answering struct {
	plogotlp.UnimplementedGRPCServer
	errs []error
}

func (a *answering) Export(context.Context, plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	err := a.errs[0]
	a.errs = a.errs[1:]
	return plogotlp.NewExportResponse(), err
}

// The messages of a real server, so that a new version of gRPC that words them otherwise is noticed.
func TestGRPC(t *testing.T) {
	i, telemetry := newStarted(t)
	options, err := i.GetGRPCServerOptions(t.Context())
	require.NoError(t, err)
	server := grpc.NewServer(append(options, grpc.MaxRecvMsgSize(1000))...)
	plogotlp.RegisterGRPCServer(server, &answering{errs: []error{
		nil, status.Error(codes.InvalidArgument, "no"), status.Error(codes.ResourceExhausted, "full"), errors.New("broken"),
	}})
	listener := bufconn.Listen(1 << 16)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:test", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	send := func(size int) error {
		request := plogotlp.NewExportRequest()
		record := request.Logs().ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		record.Body().SetStr(strings.Repeat("x", size))
		_, err := plogotlp.NewGRPCClient(conn).Export(t.Context(), request)
		return err
	}
	require.NoError(t, send(10))
	require.Equal(t, codes.ResourceExhausted, status.Code(send(2000)))
	for range 3 {
		require.Error(t, send(10))
	}
	require.NoError(t, conn.Close())
	server.GracefulStop() // a call's end may be told after its answer
	require.NoError(t, <-served)
	counts, _ := told(t, telemetry, "grpc")
	assert.Equal(t, map[string]int64{"accepted": 1, "too_large": 1, "rejected": 1, "busy": 1, "failed": 1}, counts)
}

func TestOutcomes(t *testing.T) {
	for code, want := range map[int]outcome{
		200: accepted, 204: accepted, 400: rejected, 401: unauthenticated, 403: unauthenticated, 404: rejected, 413: tooLarge, 415: rejected,
		429: busy, 500: failed, 501: failed, 502: busy, 503: busy, 504: busy,
	} {
		assert.Equal(t, want, ofHTTP(code), code)
	}
	for code, want := range map[codes.Code]outcome{
		codes.OK: accepted, codes.Canceled: canceled, codes.Unauthenticated: unauthenticated, codes.PermissionDenied: unauthenticated,
		codes.InvalidArgument: rejected, codes.Unavailable: busy, codes.DeadlineExceeded: busy, codes.ResourceExhausted: busy,
		codes.Internal: failed, codes.Unknown: failed,
	} {
		assert.Equal(t, want, ofGRPC(status.Error(code, "larger than max"), true), code)
	}
	assert.Equal(t, rejected, ofGRPC(status.Error(codes.Internal, "grpc: error unmarshalling request"), false))
	assert.Equal(t, tooLarge, ofGRPC(status.Error(codes.ResourceExhausted, "grpc: received message larger than max (2 vs. 1)"), false))
	assert.Equal(t, busy, ofGRPC(status.Error(codes.ResourceExhausted, "limited"), false))
}

func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for o := range outcomes {
		assert.Contains(t, string(text), "`"+o.String()+"`")
	}
	assert.Contains(t, string(text), "`otelcol_intake_requests`")
}
