package inturn

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/otelcol-llm/otelcol-llm/connector/inturn/internal/metadata"
)

// NewFactory makes the connector's factory.
func NewFactory() connector.Factory {
	return connector.NewFactory(metadata.Type, createDefaultConfig, connector.WithTracesToTraces(createTraces, metadata.TracesToTracesStability))
}

func createTraces(_ context.Context, _ connector.Settings, cfg component.Config, next consumer.Traces) (connector.Traces, error) {
	return newInTurn(cfg.(*Config).Pipelines, next.(connector.TracesRouterAndConsumer))
}
