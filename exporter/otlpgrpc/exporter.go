package otlpgrpc

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configgrpc"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

// sender sends the requests of one signal.
type sender[T any] struct {
	cfg        *Config
	set        exporter.Settings
	signal     *signal[T]
	limit      limit
	telemetry  *metadata.TelemetryBuilder
	attributes metric.MeasurementOption
	conn       *grpc.ClientConn
	call       []grpc.CallOption
}

func newSender[T any](set exporter.Settings, cfg *Config, s *signal[T]) (*sender[T], error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &sender[T]{
		cfg: cfg, set: set, signal: s, limit: limitOf(cfg.QueueConfig), telemetry: telemetry,
		attributes: metric.WithAttributeSet(attribute.NewSet(
			attribute.String("exporter", set.ID.String()), attribute.String("item", s.item))),
	}, nil
}

// start connects, which does not wait for the backend, and lets the counters begin at 0, so that increase() sees the first of each.
func (s *sender[T]) start(ctx context.Context, host component.Host) (err error) {
	s.telemetry.OtlpGrpcRejected.Add(ctx, 0, s.attributes)
	s.telemetry.OtlpGrpcUnreadable.Add(ctx, 0, s.attributes)
	agent := fmt.Sprintf("%s/%s (%s/%s)", s.set.BuildInfo.Description, s.set.BuildInfo.Version, runtime.GOOS, runtime.GOARCH)
	s.conn, err = s.cfg.ClientConfig.ToClientConn(ctx, host.GetExtensions(), s.set.TelemetrySettings,
		configgrpc.WithGrpcDialOption(grpc.WithUserAgent(agent)))
	s.call = []grpc.CallOption{grpc.ForceCodecV2(rawCodec{}), grpc.WaitForReady(s.cfg.ClientConfig.WaitForReady)}
	return err
}

func (s *sender[T]) shutdown(context.Context) error {
	s.telemetry.Shutdown()
	if s.conn == nil {
		return nil
	}
	return s.conn.Close()
}

// convert is all that is ever done with the data: it is not kept.
func (s *sender[T]) convert(_ context.Context, data T) (xexporterhelper.Request, error) {
	return s.signal.request(data, s.limit)
}

func (s *sender[T]) disk() disk[T] {
	lost := func() { s.telemetry.OtlpGrpcUnreadable.Add(context.Background(), 1, s.attributes) }
	return disk[T]{signal: s.signal, limit: s.limit, log: s.set.Logger, lost: lost}
}

func (s *sender[T]) push(ctx context.Context, r xexporterhelper.Request) error {
	if s.conn == nil {
		return errors.New("not started")
	}
	var answer []byte
	if err := judge(s.conn.Invoke(ctx, s.signal.method, r, &answer, s.call...)); err != nil {
		return err
	}
	s.read(ctx, answer)
	return nil
}

// read looks at what a backend says that took the request.
func (s *sender[T]) read(ctx context.Context, answer []byte) {
	n, message, err := s.signal.refused(answer)
	switch {
	case err != nil:
		s.set.Logger.Warn("The backend took a request, but its answer cannot be read", zap.Error(err))
	case n != 0 || message != "":
		s.telemetry.OtlpGrpcRejected.Add(ctx, max(n, 0), s.attributes) // a counter that falls would be one that began again
		s.set.Logger.Warn("The backend took a request in part",
			zap.String("message", message), zap.Int64("rejected", n), zap.String("item", s.signal.item))
	}
}
