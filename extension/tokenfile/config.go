package tokenfile

import (
	"errors"
	"fmt"
	"time"
)

const minInterval = 100 * time.Millisecond

// Config is the extension's configuration; README.md has every key with its default.
type Config struct {
	// Filename is the file with one token a line.
	Filename string `mapstructure:"filename"`
	// Interval is the time between two readings of it.
	Interval time.Duration `mapstructure:"interval"`
}

func defaultConfig() *Config { return &Config{Interval: 5 * time.Second} }

// Validate reports every fault at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Filename == "" {
		errs = append(errs, errors.New("filename: must name a file, got nothing"))
	}
	if c.Interval < minInterval {
		errs = append(errs, fmt.Errorf("interval: must be at least %v, got %v", minInterval, c.Interval))
	}
	return errors.Join(errs...)
}
