package tokenfile

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelcol-llm/otelcol-llm/extension/tokenfile/internal/metadata"
)

// NewFactory makes the extension's factory.
func NewFactory() extension.Factory {
	return extension.NewFactory(
		metadata.Type,
		func() component.Config { return defaultConfig() },
		func(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
			return newTokenFile(cfg.(*Config), set.TelemetrySettings)
		},
		metadata.ExtensionStability)
}
