package otlpgrpc

import (
	"context"
	"net"
	"strconv"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/exporterhelper/xexporterhelper"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
	"go.opentelemetry.io/collector/exporter/xexporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/attribute"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

var core = otlpexporter.NewFactory().(xexporter.Factory)

// NewFactory makes the factory of the exporter.
func NewFactory() exporter.Factory {
	return xexporter.NewFactory(metadata.Type, createDefaultConfig,
		xexporter.WithDeprecatedTypeAlias(metadata.DeprecatedType),
		xexporter.WithTraces(createTraces, metadata.TracesStability),
		xexporter.WithMetrics(createMetrics, metadata.MetricsStability),
		xexporter.WithLogs(createLogs, metadata.LogsStability),
		xexporter.WithProfiles(createProfiles, core.ProfilesStability()),
	)
}

func createDefaultConfig() component.Config {
	return &Config{*core.CreateDefaultConfig().(*otlpexporter.Config)}
}

func createProfiles(ctx context.Context, set exporter.Settings, cfg component.Config) (xexporter.Profiles, error) {
	own := cfg.(*Config).Config
	if own.ClientConfig.Compression == auto {
		own.ClientConfig.Compression = fallback
	}
	return core.CreateProfiles(ctx, set, &own)
}

func createTraces(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Traces, error) {
	e, err := create(ctx, set, cfg, &traces, xexporterhelper.NewTracesRequest)
	return tracesExporter{e, queues(cfg)}, err
}

func createMetrics(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Metrics, error) {
	e, err := create(ctx, set, cfg, &metrics, xexporterhelper.NewMetricsRequest)
	return metricsExporter{e, queues(cfg)}, err
}

func createLogs(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
	e, err := create(ctx, set, cfg, &logs, xexporterhelper.NewLogsRequest)
	return logsExporter{e, queues(cfg)}, err
}

func create[T, E any](
	ctx context.Context, set exporter.Settings, cfg component.Config, signal *signal[T],
	build func(context.Context, exporter.Settings, xexporterhelper.RequestConverterFunc[T], xexporterhelper.RequestConsumeFunc,
		...exporterhelper.Option) (E, error),
) (none E, err error) {
	s, err := newSender(set, cfg.(*Config), signal)
	if err != nil {
		return none, err
	}
	return build(ctx, set, s.convert, s.push,
		exporterhelper.WithTimeout(s.cfg.TimeoutConfig),
		exporterhelper.WithRetry(s.cfg.RetryConfig),
		xexporterhelper.WithQueueBatch(s.cfg.QueueConfig, xexporterhelper.QueueBatchSettings{Encoding: s.disk()}),
		exporterhelper.WithStart(s.start),
		exporterhelper.WithShutdown(s.shutdown),
		exporterhelper.WithAttrs(serverAttributes(s.cfg.ClientConfig.Endpoint)...))
}

// serverAttributes are what the core exporter's metrics have beside its name.
func serverAttributes(endpoint string) []attribute.KeyValue {
	host, port, err := net.SplitHostPort(endpoint)
	if err != nil {
		return []attribute.KeyValue{attribute.String("server.address", endpoint)}
	}
	all := []attribute.KeyValue{attribute.String("server.address", host)}
	if n, err := strconv.Atoi(port); err == nil {
		all = append(all, attribute.Int("server.port", n))
	}
	return all
}

// queues says whether a sender is answered before its data is.
func queues(cfg component.Config) bool {
	queue := cfg.(*Config).QueueConfig
	return queue.HasValue() && !queue.Get().WaitForResult
}

// The helper says of every exporter that batches that it changes data. What this one keeps is its own.
type (
	tracesExporter struct {
		exporter.Traces
		queued bool
	}
	metricsExporter struct {
		exporter.Metrics
		queued bool
	}
	logsExporter struct {
		exporter.Logs
		queued bool
	}
)

func (tracesExporter) Capabilities() consumer.Capabilities  { return consumer.Capabilities{} }
func (metricsExporter) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }
func (logsExporter) Capabilities() consumer.Capabilities    { return consumer.Capabilities{} }

func (e tracesExporter) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	return hand(ctx, e.queued, td, e.Traces.ConsumeTraces)
}

func (e metricsExporter) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	return hand(ctx, e.queued, md, e.Metrics.ConsumeMetrics)
}

func (e logsExporter) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	return hand(ctx, e.queued, ld, e.Logs.ConsumeLogs)
}
