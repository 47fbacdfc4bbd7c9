package intake

import "go.opentelemetry.io/collector/component"

// Config is the `intake` block; there is nothing to set.
type Config struct{}

func createDefaultConfig() component.Config { return &Config{} }
