package alertnotify

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-llm/otelcol-llm/internal/limits"
)

const (
	defaultTimeout  = 10 * time.Second
	maxDestinations = 32 // webhooks, and Alertmanagers
)

// Values of `log`.
const (
	logNothing = "none"
	logInfo    = "info"
)

// Config is the `alertnotify` block; README.md has every key with its default.
type Config struct {
	// Directory is where alerts are kept, in a file of this component's own. It is made where it is missing.
	Directory string `mapstructure:"directory"`
	// Storage is a storage extension that keeps alerts instead.
	Storage *component.ID `mapstructure:"storage"`
	// Log is `info` to write each alert to the Collector's log, in one line.
	Log string `mapstructure:"log"`

	Alertmanager AlertmanagerConfig `mapstructure:"alertmanager"`
	Webhooks     []WebhookConfig    `mapstructure:"webhooks"`
}

// AlertmanagerConfig is where Alertmanagers are and how to reach them; the client's keys are those of confighttp.
type AlertmanagerConfig struct {
	// Endpoints are the URLs of all members of a cluster: each gets every alert.
	Endpoints []string `mapstructure:"endpoints"`
	// Interval is the time after which an open alert is sent again.
	Interval time.Duration `mapstructure:"interval"`

	Client confighttp.ClientConfig `mapstructure:",squash"`
}

func createDefaultConfig() component.Config {
	return &Config{
		Directory:    "./data/alertnotify",
		Log:          logNothing,
		Alertmanager: AlertmanagerConfig{Interval: time.Minute, Client: defaultClient()},
	}
}

func defaultClient() confighttp.ClientConfig {
	c := confighttp.NewDefaultClientConfig()
	c.Timeout = defaultTimeout
	return c
}

var _ confmap.Validator = (*Config)(nil)

// Validate reports every fault at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Directory == "" && c.Storage == nil {
		errs = append(errs, errors.New("directory: must name a directory where storage names no extension, got nothing"))
	}
	if c.Log != logNothing && c.Log != logInfo {
		errs = append(errs, fmt.Errorf("log: must be %s or %s, got %q", logNothing, logInfo, c.Log))
	}
	if len(c.Webhooks) > maxDestinations {
		errs = append(errs, fmt.Errorf("webhooks: must be at most %d, got %d", maxDestinations, len(c.Webhooks)))
	}
	names := map[string]int{}
	for i := range c.Webhooks {
		name := c.Webhooks[i].Name
		if before, ok := names[name]; ok && name != "" {
			errs = append(errs, fmt.Errorf("webhooks::%d::name: must be unique, got %q as webhooks::%d", i, name, before))
		}
		names[name] = i
	}
	return errors.Join(errs...)
}

var _ confmap.Validator = (*AlertmanagerConfig)(nil)

// Validate reports every fault at once.
func (c *AlertmanagerConfig) Validate() error {
	var errs []error
	if c.Client.Endpoint != "" {
		errs = append(errs, errors.New("endpoint: must not be set, the list is endpoints"))
	}
	if len(c.Endpoints) > maxDestinations {
		errs = append(errs, fmt.Errorf("endpoints: must be at most %d, got %d", maxDestinations, len(c.Endpoints)))
	}
	hosts := map[string]bool{}
	for i, e := range c.Endpoints {
		u, err := endpointURL(e)
		if err != nil {
			errs = append(errs, fmt.Errorf("endpoints::%d: %w", i, err))
			continue
		}
		if hosts[u.Host] {
			errs = append(errs, fmt.Errorf("endpoints::%d: must be another host and port than the others, got %s twice", i, u.Host))
		}
		hosts[u.Host] = true
	}
	if err := limits.Duration(c.Interval, time.Second, time.Hour, ""); err != nil {
		errs = append(errs, fmt.Errorf("interval: %w", err))
	}
	if err := checkTimeout(c.Client.Timeout); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func checkTimeout(d time.Duration) error {
	if err := limits.Duration(d, 10*time.Millisecond, 10*time.Minute, ""); err != nil {
		return fmt.Errorf("timeout: %w", err)
	}
	return nil
}

// endpointURL never repeats what it got in an error: a webhook's URL is often its only secret.
func endpointURL(s string) (*url.URL, error) {
	if s == "" {
		return nil, errors.New("must be a URL such as https://host:port/path, got nothing")
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("must be a URL such as https://host:port/path, got something else")
	}
	return u, nil
}
