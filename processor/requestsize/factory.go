package requestsize

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-llm/otelcol-llm/processor/requestsize/internal/metadata"
)

// NewFactory makes the factory of the requestsize processor.
func NewFactory() processor.Factory {
	return processor.NewFactory(metadata.Type, createDefaultConfig,
		processor.WithTraces(createTraces, metadata.TracesStability),
		processor.WithMetrics(createMetrics, metadata.MetricsStability),
		processor.WithLogs(createLogs, metadata.LogsStability))
}

func createTraces(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	gate, err := newGate(set, cfg.(*Config), traces, next.ConsumeTraces)
	return tracesProcessor{gate}, err
}

func createMetrics(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Metrics) (processor.Metrics, error) {
	gate, err := newGate(set, cfg.(*Config), metrics, next.ConsumeMetrics)
	return metricsProcessor{gate}, err
}

func createLogs(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Logs) (processor.Logs, error) {
	gate, err := newGate(set, cfg.(*Config), logs, next.ConsumeLogs)
	return logsProcessor{gate}, err
}
