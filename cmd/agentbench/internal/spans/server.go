package spans

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // senders compress
)

// maxRequest is the largest request that is taken, uncompressed.
const maxRequest = 64 << 20

// Server listens for OTLP, over gRPC and HTTP on one port. configs/agentbench.yaml sends HTTP: a gRPC client that found nobody waits for up
// to two minutes before it tries again, and gateways run before load tests do.
type Server struct {
	ptraceotlp.UnimplementedGRPCServer
	ledger *Ledger
	http   *http.Server
	grpc   *grpc.Server
	Addr   string
}

// Listen starts a server; the ledger gets what comes.
func Listen(ctx context.Context, addr string, ledger *Ledger) (*Server, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{ledger: ledger, grpc: grpc.NewServer(grpc.MaxRecvMsgSize(maxRequest)), Addr: l.Addr().String()}
	ptraceotlp.RegisterGRPCServer(s.grpc, s)
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, Protocols: new(http.Protocols)}
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = s.http.Serve(l) }() // ends with Stop
	return s, nil
}

// ServeHTTP takes a request of either protocol.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		s.grpc.ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodPost || r.URL.Path != "/v1/traces" {
		http.NotFound(w, r)
		return
	}
	req := ptraceotlp.NewExportRequest()
	body, err := read(r)
	if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err = req.UnmarshalJSON(body)
	} else if err == nil {
		err = req.UnmarshalProto(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.ledger.Add(req.Traces(), time.Now())
	w.Header().Set("Content-Type", "application/x-protobuf") // an empty answer is all well
}

func read(r *http.Request) ([]byte, error) {
	var from io.Reader = r.Body
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		from = unzipped
	default:
		return nil, fmt.Errorf("content encoding %q is neither gzip nor none", encoding)
	}
	body, err := io.ReadAll(io.LimitReader(from, maxRequest+1))
	if err == nil && len(body) > maxRequest {
		err = fmt.Errorf("the request is larger than %d bytes", maxRequest)
	}
	return body, err
}

// Export takes one request over gRPC.
func (s *Server) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	s.ledger.Add(req.Traces(), time.Now())
	return ptraceotlp.NewExportResponse(), nil
}

// Stop ends the server.
func (s *Server) Stop() {
	_ = s.http.Close()
	s.grpc.Stop()
}
