package delivery

import (
	"errors"
	"fmt"
	"time"
)

const (
	minInterval        = 100 * time.Millisecond
	minShutdownTimeout = time.Second
)

// Config is the extension's configuration; README.md has every key with its default.
type Config struct {
	// Interval is the time between two looks at the exporters.
	Interval time.Duration `mapstructure:"interval"`
	// After is how long an exporter may try and fail before its status is an error.
	After time.Duration `mapstructure:"after"`
	// ShutdownTimeout is how long a shutdown may take before the process is ended; 0 is for ever.
	ShutdownTimeout time.Duration `mapstructure:"shutdown_timeout"`
}

func defaultConfig() *Config {
	return &Config{Interval: 5 * time.Second, After: 30 * time.Second, ShutdownTimeout: 15 * time.Second}
}

// Validate reports every fault at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Interval < minInterval {
		errs = append(errs, fmt.Errorf("interval: must be at least %v, got %v", minInterval, c.Interval))
	}
	if c.After < c.Interval {
		errs = append(errs, fmt.Errorf("after: must be at least interval (%v), got %v", c.Interval, c.After))
	}
	if c.ShutdownTimeout != 0 && c.ShutdownTimeout < minShutdownTimeout {
		errs = append(errs, fmt.Errorf("shutdown_timeout: must be 0 (none) or at least %v, got %v", minShutdownTimeout, c.ShutdownTimeout))
	}
	return errors.Join(errs...)
}
