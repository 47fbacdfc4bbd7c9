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

// A stream that waits has this much buffered at most; the window that gRPC finds by itself grows to 16 MiB a stream. It is the least there is: once
// a message is read gRPC asks for all of it at once. The connection's is of what is on its way: it bounds nothing that waits.
const (
	streamWindow     = 64 << 10
	connectionWindow = 2 << 20
)

// streamWorkers is how many goroutines of a server stay for the requests to come, so that their stacks need not grow again. While all of them
// work or wait, a request gets one of its own.
const streamWorkers = 64

type admission struct {
	cfg     *Config
	logger  *zap.Logger
	limit   uint64
	gate    *gate
	refused *refusals

	arriveWithin time.Duration
}

var (
	_ extension.Extension            = (*admission)(nil)
	_ extensionmiddleware.HTTPServer = (*admission)(nil)
	_ extensionmiddleware.GRPCServer = (*admission)(nil)
	_ stats.Handler                  = (*admission)(nil)
)

func newAdmission(cfg *Config, set component.TelemetrySettings, limit uint64) (*admission, error) {
	refused, err := newRefusals(set)
	if err != nil {
		return nil, err
	}
	return &admission{
		cfg: cfg, logger: set.Logger, limit: limit, gate: newGate(max(1, share(limit, cfg.InFlightRatio))), refused: refused, arriveWithin: arriveWithin,
	}, nil
}

// Start is part of component.Component.
func (a *admission) Start(ctx context.Context, _ component.Host) error {
	a.refused.begin(ctx)
	if a.limit > 0 {
		tune(share(a.limit, a.cfg.GoMemoryRatio), a.cfg.GoGC)
	}
	gomemlimit, gogc := collector()
	a.logger.Info("Requests in flight are bounded", zap.Uint64("memory_limit", a.limit), zap.Int64("bytes_in_flight", a.gate.size),
		zap.Uint64("GOMEMLIMIT", gomemlimit), zap.Uint64("GOGC", gogc))
	return nil
}

// Shutdown is part of component.Component.
func (a *admission) Shutdown(context.Context) error {
	a.refused.telemetry.Shutdown()
	return nil
}

// GetHTTPHandler is part of extensionmiddleware.HTTPServer.
func (a *admission) GetHTTPHandler(context.Context) (extensionmiddleware.WrapHTTPHandlerFunc, error) {
	return func(_ context.Context, next http.Handler) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !a.gate.join() {
				a.refused.add(crowded)
				w.Header().Set("Retry-After", "1")
				http.Error(w, "too many requests wait to be read: send it again later", http.StatusServiceUnavailable)
				return
			}
			leave, err := a.gate.enter(r.Context(), a.weight(r))
			a.gate.quit()
			if err != nil { // the client has gone
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			defer leave()
			if r.Body = scanned(r); r.ContentLength != 0 {
				r.Body = newArriving(w, r.Body, a.arriveWithin, a.refused)
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
		grpc.NumStreamWorkers(streamWorkers), grpc.ForceServerCodecV2(codec{encoding.GetCodecV2(proto.Name)}), grpc.InTapHandle(a.opened),
	}, nil
}
