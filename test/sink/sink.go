// Package sink is an OTLP backend inside a test: it accepts traces, metrics and logs over HTTP and gRPC and keeps them.
package sink

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
)

// Sink is a running backend.
type Sink struct {
	URL  string // OTLP/HTTP, without a path
	GRPC string // OTLP/gRPC, host:port

	mu      sync.Mutex
	traces  []ptrace.Traces
	metrics []pmetric.Metrics
	logs    []plog.Logs

	encodings []string // one a request
}

// Start serves until the test ends.
func Start(t testing.TB) *Sink {
	t.Helper()
	return StartAt(t, "127.0.0.1:0")
}

// StartAt is Start with an address for gRPC.
func StartAt(t testing.TB, address string) *Sink {
	t.Helper()
	s := &Sink{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", s.receive(s.addTraces))
	mux.HandleFunc("POST /v1/metrics", s.receive(s.addMetrics))
	mux.HandleFunc("POST /v1/logs", s.receive(s.addLogs))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = server.URL

	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s.GRPC = listener.Addr().String()
	rpc := grpc.NewServer(grpc.StatsHandler(told{s}))
	ptraceotlp.RegisterGRPCServer(rpc, &traceService{sink: s})
	pmetricotlp.RegisterGRPCServer(rpc, &metricService{sink: s})
	plogotlp.RegisterGRPCServer(rpc, &logService{sink: s})
	go func() { _ = rpc.Serve(listener) }()
	t.Cleanup(rpc.Stop)
	return s
}

// Traces is all that has come so far; the caller must not change it.
func (s *Sink) Traces() []ptrace.Traces { return snapshot(s, &s.traces) }

// Metrics is all that has come so far; the caller must not change it.
func (s *Sink) Metrics() []pmetric.Metrics { return snapshot(s, &s.metrics) }

// Logs is all that has come so far; the caller must not change it.
func (s *Sink) Logs() []plog.Logs { return snapshot(s, &s.logs) }

// Spans visits every span that has come so far, with its resource and scope.
func (s *Sink) Spans(visit func(ptrace.ResourceSpans, ptrace.ScopeSpans, ptrace.Span)) {
	for _, traces := range s.Traces() {
		for _, resource := range traces.ResourceSpans().All() {
			for _, scope := range resource.ScopeSpans().All() {
				for _, span := range scope.Spans().All() {
					visit(resource, scope, span)
				}
			}
		}
	}
}

// SpanCount is how many spans have come so far.
func (s *Sink) SpanCount() int {
	n := 0
	for _, traces := range s.Traces() {
		n += traces.SpanCount()
	}
	return n
}

func snapshot[T any](s *Sink, kept *[]T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]T(nil), *kept...)
}

func keep[T any](s *Sink, kept *[]T, value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*kept = append(*kept, value)
}

// receive serves one OTLP/HTTP signal in protobuf. An empty answer is a valid response message.
func (s *Sink) receive(add func([]byte) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := s.body(r)
		if err == nil {
			err = add(body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}
}

func (s *Sink) addTraces(body []byte) error {
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalProto(body); err != nil {
		return err
	}
	keep(s, &s.traces, req.Traces())
	return nil
}

func (s *Sink) addMetrics(body []byte) error {
	req := pmetricotlp.NewExportRequest()
	if err := req.UnmarshalProto(body); err != nil {
		return err
	}
	keep(s, &s.metrics, req.Metrics())
	return nil
}

func (s *Sink) addLogs(body []byte) error {
	req := plogotlp.NewExportRequest()
	if err := req.UnmarshalProto(body); err != nil {
		return err
	}
	keep(s, &s.logs, req.Logs())
	return nil
}

type traceService struct {
	ptraceotlp.UnimplementedGRPCServer
	sink *Sink
}

func (g *traceService) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	keep(g.sink, &g.sink.traces, req.Traces())
	return ptraceotlp.NewExportResponse(), nil
}

type metricService struct {
	pmetricotlp.UnimplementedGRPCServer
	sink *Sink
}

func (g *metricService) Export(_ context.Context, req pmetricotlp.ExportRequest) (pmetricotlp.ExportResponse, error) {
	keep(g.sink, &g.sink.metrics, req.Metrics())
	return pmetricotlp.NewExportResponse(), nil
}

type logService struct {
	plogotlp.UnimplementedGRPCServer
	sink *Sink
}

func (g *logService) Export(_ context.Context, req plogotlp.ExportRequest) (plogotlp.ExportResponse, error) {
	keep(g.sink, &g.sink.logs, req.Logs())
	return plogotlp.NewExportResponse(), nil
}
