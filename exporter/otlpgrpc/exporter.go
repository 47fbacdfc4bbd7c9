package otlpgrpc

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

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

	compression *compression // nil where the configuration says which one
	preferred   []grpc.CallOption
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
	s.telemetry.OtlpGrpcRecompressed.Add(ctx, 0, s.attributes)
	agent := fmt.Sprintf("%s/%s (%s/%s)", s.set.BuildInfo.Description, s.set.BuildInfo.Version, runtime.GOOS, runtime.GOARCH)
	client := s.cfg.ClientConfig
	s.call = []grpc.CallOption{grpc.ForceCodecV2(rawCodec{}), grpc.WaitForReady(client.WaitForReady)}
	if client.Compression == auto {
		client.Compression, s.compression = fallback, &compression{}
		s.preferred = append(slices.Clip(s.call), grpc.UseCompressor(string(preferred)))
	}
	s.conn, err = client.ToClientConn(ctx, host.GetExtensions(), s.set.TelemetrySettings, configgrpc.WithGrpcDialOption(grpc.WithUserAgent(agent)))
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
	answer, err := s.send(ctx, r)
	if err = judge(err); err != nil {
		return err
	}
	s.read(ctx, answer)
	return nil
}

// send sends a request, a second time where the backend does not read the compression.
func (s *sender[T]) send(ctx context.Context, r xexporterhelper.Request) ([]byte, error) {
	if s.compression == nil {
		return s.invoke(ctx, r, s.call)
	}
	if s.compression.prefers(time.Now()) {
		answer, err := s.invoke(ctx, r, s.preferred)
		if !s.compression.told(true, err, time.Now()) {
			return answer, err
		}
		s.telemetry.OtlpGrpcRecompressed.Add(ctx, 1, s.attributes)
		s.set.Logger.Info("The backend may not read zstd: it gets gzip for an hour", zap.Error(err))
	}
	answer, err := s.invoke(ctx, r, s.call)
	s.compression.told(false, err, time.Now())
	return answer, err
}

func (s *sender[T]) invoke(ctx context.Context, r xexporterhelper.Request, options []grpc.CallOption) (answer []byte, err error) {
	err = s.conn.Invoke(ctx, s.signal.method, r, &answer, options...)
	return answer, err
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
