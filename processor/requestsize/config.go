package requestsize

import (
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
)

const (
	unset    = -1
	minBytes = 1024
)

// Config is the `requestsize` block.
type Config struct {
	// MaxBytes is how large a request to the backend may be, uncompressed: the exporter's sending_queue.batch.max_size. 0 is no limit.
	MaxBytes int `mapstructure:"max_bytes"`
}

func createDefaultConfig() component.Config {
	return &Config{MaxBytes: unset}
}

// Validate reports what is wrong.
func (c *Config) Validate() error {
	switch {
	case c.MaxBytes == unset:
		return errors.New("max_bytes must be set, to what sending_queue.batch.max_size of the exporter is; 0 is no limit; got nothing")
	case c.MaxBytes != 0 && c.MaxBytes < minBytes:
		return fmt.Errorf("max_bytes must be 0 or at least %d, got %d", minBytes, c.MaxBytes)
	default:
		return nil
	}
}
