package requestsize

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/otelcol-llm/otelcol-llm/processor/requestsize/internal/metadata"
)

// gate lets through what fits, for one signal.
type gate[T any] struct {
	max       int
	signal    signal[T]
	next      func(context.Context, T) error
	telemetry *metadata.TelemetryBuilder
	item      metric.AddOption
}

func newGate[T any](set processor.Settings, cfg *Config, s signal[T], next func(context.Context, T) error) (*gate[T], error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	item := metric.WithAttributeSet(attribute.NewSet(attribute.String("item", s.item)))
	return &gate[T]{max: cfg.MaxBytes, signal: s, next: next, telemetry: telemetry, item: item}, nil
}

// Capabilities: what is too large is left out of a copy.
func (*gate[T]) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

// Start lets the counter begin at 0, so that increase() sees the first refusal.
func (g *gate[T]) Start(ctx context.Context, _ component.Host) error {
	g.telemetry.RequestsizeRefused.Add(ctx, 0, g.item)
	return nil
}

// Shutdown has nothing to hand over.
func (g *gate[T]) Shutdown(context.Context) error {
	g.telemetry.Shutdown()
	return nil
}

// consume passes data on without what is too large, and then tells the sender about that. A sender that is told something else, since
// the rest was not taken either, sends all of it again, so it is counted then.
func (g *gate[T]) consume(ctx context.Context, data T) error {
	rest, found := g.signal.sift(data, g.max)
	if g.signal.count(rest) > 0 {
		if err := g.next(ctx, rest); err != nil {
			return err
		}
	}
	if found.refused == 0 {
		return nil
	}
	g.telemetry.RequestsizeRefused.Add(ctx, int64(found.refused), g.item)
	return consumererror.NewPermanent(status.Errorf(codes.InvalidArgument,
		"%d of %d %ss not accepted: too large, up to %d bytes where %d can be passed on; do not send the others again",
		found.refused, found.items, g.signal.item, found.largest, g.max))
}

type tracesProcessor struct{ *gate[ptrace.Traces] }

func (p tracesProcessor) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	return p.consume(ctx, td)
}

type metricsProcessor struct{ *gate[pmetric.Metrics] }

func (p metricsProcessor) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	return p.consume(ctx, md)
}

type logsProcessor struct{ *gate[plog.Logs] }

func (p logsProcessor) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	return p.consume(ctx, ld)
}
