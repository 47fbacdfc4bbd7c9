package spans

import (
	"context"
	"net"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // senders compress
)

// maxRequest is the largest request that is taken.
const maxRequest = 64 << 20

// Server listens for OTLP over gRPC.
type Server struct {
	ptraceotlp.UnimplementedGRPCServer
	ledger *Ledger
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
	go func() { _ = s.grpc.Serve(l) }() // ends with Stop
	return s, nil
}

// Export takes one request.
func (s *Server) Export(_ context.Context, req ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	s.ledger.Add(req.Traces(), time.Now())
	return ptraceotlp.NewExportResponse(), nil
}

// Stop ends the server.
func (s *Server) Stop() { s.grpc.Stop() }
