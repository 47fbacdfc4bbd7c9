package otlpgrpc

import (
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
)

// Config is the core exporter's. Its compression may be auto besides.
type Config struct {
	otlpexporter.Config `mapstructure:",squash"`
}

var _ confmap.Unmarshaler = (*Config)(nil)

// Unmarshal is part of confmap.Unmarshaler: the core's type of a compression does not know auto.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	chosen := conf.Get(compressionKey) == string(auto)
	if chosen {
		if err := conf.Merge(confmap.NewFromStringMap(map[string]any{compressionKey: string(fallback)})); err != nil {
			return err
		}
	}
	if err := conf.Unmarshal(&c.Config); err != nil {
		return err
	}
	if chosen {
		c.ClientConfig.Compression = auto
	}
	return nil
}
