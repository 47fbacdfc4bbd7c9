package inturn

import (
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pipeline"
)

// Config is the connector's configuration; README.md has every key.
type Config struct {
	// Pipelines are all that have this connector as a receiver, in their order.
	Pipelines []pipeline.ID `mapstructure:"pipelines"`
}

func createDefaultConfig() component.Config { return &Config{} }

// Validate reports every fault at once.
func (c *Config) Validate() error {
	if len(c.Pipelines) == 0 {
		return errors.New("pipelines: must name at least one traces pipeline, got none")
	}
	var errs []error
	for i, id := range c.Pipelines {
		if id.Signal() != pipeline.SignalTraces {
			errs = append(errs, fmt.Errorf("pipelines[%d]: must be a traces pipeline, got %q", i, id))
		}
		if slices.Contains(c.Pipelines[:i], id) {
			errs = append(errs, fmt.Errorf("pipelines[%d]: must be named once, got %q again", i, id))
		}
	}
	return errors.Join(errs...)
}
