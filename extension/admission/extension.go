package admission

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensionmiddleware"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/stats"
)

// A stream that waits has this much buffered at most; the window that gRPC finds by itself grows to 16 MiB a stream.
const (
	streamWindow     = 1 << 20
	connectionWindow = 2 << 20
)

// streamWorkers is how many goroutines of a server stay for the requests to come, so that their stacks need not grow again. While all of them
// work or wait, a request gets one of its own.
const streamWorkers = 64

type admission struct {
	cfg    *Config
	logger *zap.Logger
	limit  uint64
	gate   *gate

	arriveWithin time.Duration
}

var (
	_ extension.Extension            = (*admission)(nil)
	_ extensionmiddleware.HTTPServer = (*admission)(nil)
	_ extensionmiddleware.GRPCServer = (*admission)(nil)
	_ stats.Handler                  = (*admission)(nil)
)

func newAdmission(cfg *Config, logger *zap.Logger, limit uint64) *admission {
	return &admission{cfg: cfg, logger: logger, limit: limit, gate: newGate(max(1, share(limit, cfg.InFlightRatio))), arriveWithin: arriveWithin}
}

// Start is part of component.Component.
func (a *admission) Start(context.Context, component.Host) error {
	if a.limit > 0 {
		tune(share(a.limit, a.cfg.GoMemoryRatio), a.cfg.GoGC)
	}
	gomemlimit, gogc := collector()
	a.logger.Info("Requests in flight are bounded", zap.Uint64("memory_limit", a.limit), zap.Int64("bytes_in_flight", a.gate.size),
		zap.Uint64("GOMEMLIMIT", gomemlimit), zap.Uint64("GOGC", gogc))
	return nil
}

// Shutdown is part of component.Component.
func (a *admission) Shutdown(context.Context) error { return nil }

// GetHTTPHandler is part of extensionmiddleware.HTTPServer.
func (a *admission) GetHTTPHandler(context.Context) (extensionmiddleware.WrapHTTPHandlerFunc, error) {
	return func(_ context.Context, next http.Handler) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			leave, err := a.gate.enter(r.Context(), a.weight(r))
			if err != nil { // the client has gone
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			defer leave()
			if r.Body = scanned(r); r.ContentLength != 0 {
				r.Body = newArriving(w, r.Body, a.arriveWithin)
			}
			next.ServeHTTP(w, r)
		}), nil
	}, nil
}

// weight is what the body takes when it is read.
func (a *admission) weight(r *http.Request) int64 {
	if encoding := r.Header.Get("Content-Encoding"); r.ContentLength < 0 || (encoding != "" && encoding != "identity") {
		return max(a.cfg.AssumedBytes, r.ContentLength)
	}
	return r.ContentLength
}

// GetGRPCServerOptions is part of extensionmiddleware.GRPCServer.
func (a *admission) GetGRPCServerOptions(context.Context) ([]grpc.ServerOption, error) {
	return []grpc.ServerOption{
		grpc.StatsHandler(a), grpc.InitialWindowSize(streamWindow), grpc.InitialConnWindowSize(connectionWindow),
		grpc.NumStreamWorkers(streamWorkers), grpc.ForceServerCodecV2(codec{encoding.GetCodecV2(proto.Name)}), grpc.InTapHandle(opened),
	}, nil
}
