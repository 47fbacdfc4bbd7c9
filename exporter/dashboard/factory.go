package dashboard

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelcol-llm/otelcol-llm/exporter/dashboard/internal/metadata"
)

// queuePoints is how many data points wait for the disk; those above are not in the history.
const queuePoints = 500_000

// NewFactory makes the factory of the exporter.
func NewFactory() exporter.Factory {
	return exporter.NewFactory(metadata.Type, createDefaultConfig,
		exporter.WithMetrics(createMetrics, metadata.MetricsStability),
		exporter.WithLogs(createLogs, metadata.LogsStability),
		exporter.WithTraces(createTraces, metadata.TracesStability),
	)
}

// createMetrics puts a queue before the history: no pipeline waits for a disk.
func createMetrics(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Metrics, error) {
	d := newDashboard(set, cfg.(*Config))
	queue := configoptional.Some(exporterhelper.QueueBatchConfig{
		Sizer: exporterhelper.RequestSizerTypeItems, QueueSize: queuePoints, NumConsumers: 1,
	})
	e, err := exporterhelper.NewMetrics(ctx, set, cfg, d.consumeMetrics, append(d.options(), exporterhelper.WithQueue(queue))...)
	if err != nil {
		return nil, err
	}
	return &neverRefusing{Metrics: e, dashboard: d}, nil
}

// createLogs has no queue: an alert is on disk when its record is accepted.
func createLogs(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
	d := newDashboard(set, cfg.(*Config))
	return exporterhelper.NewLogs(ctx, set, cfg, d.consumeLogs, d.options()...)
}

func createTraces(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Traces, error) {
	d := newDashboard(set, cfg.(*Config))
	return exporterhelper.NewTraces(ctx, set, cfg, d.consumeTraces, d.options()...)
}

func (d *dashboard) options() []exporterhelper.Option {
	return []exporterhelper.Option{
		exporterhelper.WithStart(d.Start), exporterhelper.WithShutdown(d.Shutdown), exporterhelper.WithTimeout(exporterhelper.TimeoutConfig{}),
	}
}
