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
	"go.opentelemetry.io/otel/attribute"

	"github.com/otelcol-llm/otelcol-llm/exporter/otlpgrpc/internal/metadata"
)

// Config is the core exporter's.
type Config = otlpexporter.Config

var core = otlpexporter.NewFactory().(xexporter.Factory)

// NewFactory makes the factory of the exporter.
func NewFactory() exporter.Factory {
	return xexporter.NewFactory(metadata.Type, core.CreateDefaultConfig,
		xexporter.WithDeprecatedTypeAlias(metadata.DeprecatedType),
		xexporter.WithTraces(createTraces, metadata.TracesStability),
		xexporter.WithMetrics(createMetrics, metadata.MetricsStability),
		xexporter.WithLogs(createLogs, metadata.LogsStability),
		xexporter.WithProfiles(core.CreateProfiles, core.ProfilesStability()),
	)
}

func createTraces(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Traces, error) {
	e, err := create(ctx, set, cfg, &traces, xexporterhelper.NewTracesRequest)
	return tracesExporter{e}, err
}

func createMetrics(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Metrics, error) {
	e, err := create(ctx, set, cfg, &metrics, xexporterhelper.NewMetricsRequest)
	return metricsExporter{e}, err
}

func createLogs(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
	e, err := create(ctx, set, cfg, &logs, xexporterhelper.NewLogsRequest)
	return logsExporter{e}, err
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

// The helper says of every exporter that batches that it changes data. What this one keeps is its own.
type (
	tracesExporter  struct{ exporter.Traces }
	metricsExporter struct{ exporter.Metrics }
	logsExporter    struct{ exporter.Logs }
)

func (tracesExporter) Capabilities() consumer.Capabilities  { return consumer.Capabilities{} }
func (metricsExporter) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }
func (logsExporter) Capabilities() consumer.Capabilities    { return consumer.Capabilities{} }
