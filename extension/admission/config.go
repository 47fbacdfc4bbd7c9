package admission

import (
	"errors"
	"fmt"
)

// Config is the extension's configuration; README.md has every key with its default.
type Config struct {
	// GoMemoryRatio is the share of the memory limit that the garbage collector keeps to (GOMEMLIMIT).
	GoMemoryRatio float64 `mapstructure:"go_memory_ratio"`
	// GoGC is by how many percent the heap may grow before it is collected, where the memory limit lets it (GOGC).
	GoGC int `mapstructure:"go_gc"`
	// InFlightRatio is the share of the memory limit that requests in flight may have, as they come over the wire.
	InFlightRatio float64 `mapstructure:"in_flight_ratio"`
	// AssumedBytes is what a request counts whose size is not known before it is read: gRPC, compressed and chunked HTTP.
	AssumedBytes int64 `mapstructure:"assumed_bytes"`
}

func defaultConfig() *Config {
	return &Config{GoMemoryRatio: 0.6, GoGC: 200, InFlightRatio: 0.1, AssumedBytes: 16 << 20}
}

// Validate reports every fault at once.
func (c *Config) Validate() error {
	var errs []error
	for _, ratio := range []struct {
		key   string
		value float64
	}{{"go_memory_ratio", c.GoMemoryRatio}, {"in_flight_ratio", c.InFlightRatio}} {
		if !(ratio.value > 0 && ratio.value <= 1) {
			errs = append(errs, fmt.Errorf("%s: must be above 0 and at most 1, got %v", ratio.key, ratio.value))
		}
	}
	if c.GoGC < 1 {
		errs = append(errs, fmt.Errorf("go_gc: must be at least 1, got %d", c.GoGC))
	}
	if c.AssumedBytes < 1 {
		errs = append(errs, fmt.Errorf("assumed_bytes: must be at least 1, got %d", c.AssumedBytes))
	}
	return errors.Join(errs...)
}
