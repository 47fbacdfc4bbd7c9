package otlpgrpc

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // what a backend reads
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// backend takes everything, or answers what it is told to.
type backend struct {
	address string

	mu      sync.Mutex
	traces  ptrace.Traces
	metrics pmetric.Metrics
	logs    plog.Logs
	calls   []metadata.MD
	items   []int             // of each request
	tenants []map[string]bool // of each request with traces, from its resources

	encodings []string // of each call
	err       error
	refuse    int64
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := &backend{address: l.Addr().String(), traces: ptrace.NewTraces(), metrics: pmetric.NewMetrics(), logs: plog.NewLogs()}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64<<20), grpc.StatsHandler(sees{b}))
	ptraceotlp.RegisterGRPCServer(server, takesTraces{b: b})
	pmetricotlp.RegisterGRPCServer(server, takesMetrics{b: b})
	plogotlp.RegisterGRPCServer(server, takesLogs{b: b})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		server.Stop()
		<-ended
	})
	return b
}

// sees keeps what calls are compressed with.
type sees struct{ b *backend }

func (sees) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (sees) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (sees) HandleConn(context.Context, stats.ConnStats)                       {}

func (s sees) HandleRPC(_ context.Context, what stats.RPCStats) {
	if header, ok := what.(*stats.InHeader); ok {
		s.b.mu.Lock()
		defer s.b.mu.Unlock()
		s.b.encodings = append(s.b.encodings, header.Compression)
	}
}

// answers makes the backend answer so from now on.
func (b *backend) answers(err error, refuse int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err, b.refuse = err, refuse
}

func (b *backend) called() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.calls)
}

func (b *backend) spans() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.traces.SpanCount()
}

// take keeps a request when that is what the backend does at present.
func (b *backend) take(ctx context.Context, items int, keep func()) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	md, _ := metadata.FromIncomingContext(ctx)
	b.calls = append(b.calls, md)
	if b.err == nil {
		keep()
		b.items = append(b.items, items)
	}
	return b.refuse, b.err
}

type takesTraces struct {
	*ptraceotlp.UnimplementedGRPCServer
	b *backend
}

const because = "because"

func (s takesTraces) Export(ctx context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	n, err := s.b.take(ctx, req.Traces().SpanCount(), func() {
		s.b.tenants = append(s.b.tenants, tenantsOf(req.Traces()))
		req.Traces().ResourceSpans().MoveAndAppendTo(s.b.traces.ResourceSpans())
	})
	resp := ptraceotlp.NewExportResponse()
	if n > 0 {
		resp.PartialSuccess().SetRejectedSpans(n)
		resp.PartialSuccess().SetErrorMessage(because)
	}
	return resp, err
}

type takesMetrics struct {
	*pmetricotlp.UnimplementedGRPCServer
	b *backend
}

func (s takesMetrics) Export(ctx context.Context, req pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	n, err := s.b.take(ctx, req.Metrics().DataPointCount(),
		func() { req.Metrics().ResourceMetrics().MoveAndAppendTo(s.b.metrics.ResourceMetrics()) })
	resp := pmetricotlp.NewExportResponse()
	if n > 0 {
		resp.PartialSuccess().SetRejectedDataPoints(n)
		resp.PartialSuccess().SetErrorMessage(because)
	}
	return resp, err
}

type takesLogs struct {
	*plogotlp.UnimplementedGRPCServer
	b *backend
}

func (s takesLogs) Export(ctx context.Context, req plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	n, err := s.b.take(ctx, req.Logs().LogRecordCount(), func() { req.Logs().ResourceLogs().MoveAndAppendTo(s.b.logs.ResourceLogs()) })
	resp := plogotlp.NewExportResponse()
	if n > 0 {
		resp.PartialSuccess().SetRejectedLogRecords(n)
		resp.PartialSuccess().SetErrorMessage(because)
	}
	return resp, err
}

// spansOf has a resource with a span for each size.
func spansOf(sizes ...int) ptrace.Traces {
	td := ptrace.NewTraces()
	for _, size := range sizes {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", "agent")
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetName("call")
		span.Attributes().PutStr("text", strings.Repeat("x", size))
	}
	return td
}

func pointsOf(n int) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("calls")
	points := m.SetEmptySum().DataPoints()
	for i := range n {
		p := points.AppendEmpty()
		p.SetIntValue(int64(i))
		p.Attributes().PutStr("text", strings.Repeat("x", 50))
	}
	return md
}

func recordsOf(n int) plog.Logs {
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range n {
		r := records.AppendEmpty()
		r.Body().SetStr(strings.Repeat("x", 50))
		r.Attributes().PutInt("n", int64(i))
	}
	return ld
}
